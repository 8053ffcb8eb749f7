import { Command, InvalidArgumentError, Option } from 'commander'
import { FORMATS, type Format } from '../report/formats.ts'
import { GATE_GRAMMAR } from '../report/gates.ts'
import { type AttachOptions, attach } from './attach.ts'
import { compare } from './compare.ts'
import { completion, SHELLS } from './completion.ts'
import { type EvaluateOptions, evaluate } from './evaluate.ts'
import { type ExtractOptions, extract } from './extract.ts'
import { info } from './info.ts'
import { type InspectOptions, inspect, MOST_MASKS } from './inspect.ts'
import { list } from './list.ts'
import { merge } from './merge.ts'
import { VERSION } from './version.ts'

/** The command line. @param done takes the exit code of the command that ran */
export function createProgram(done: (exitCode: number) => void): Command {
  const program = new Command('dice-monitor')
    .description('Dice, IoU and their kin of segmentation masks in ROS 2 recordings; no ROS needed.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .showHelpAfterError('See dice-monitor --help, or --help after a command.')
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error: /, 'dice-monitor: ')),
    })
    .addHelpText(
      'after',
      `
Results go to stdout, progress and messages to stderr.
Exit codes: 0 done; 1 bad input, or no pair found; 2 wrong usage; 3 a --fail-under not met.`,
    )
  addEvaluate(program, done)
  addInfo(program, done)
  addList(program, done)
  addInspect(program, done)
  addExtract(program, done)
  addAttach(program, done)
  addCompare(program, done)
  addMerge(program, done)
  program
    .command('completion')
    .description('print a completion script for a shell')
    .argument('<shell>', SHELLS.join(', '))
    .addHelpText(
      'after',
      `
For example: dice-monitor completion bash > ~/.local/share/bash-completion/completions/dice-monitor
             dice-monitor completion zsh > "\${fpath[1]}/_dice-monitor"
             dice-monitor completion fish > ~/.config/fish/completions/dice-monitor.fish`,
    )
    .action((shell: string) => done(completion(shell, program)))
  return program
}

function addEvaluate(program: Command, done: (exitCode: number) => void): void {
  program
    .command('evaluate')
    .description('pair and score the masks of recordings, or of folders')
    .argument(
      '[recording...]',
      'rosbag2 directories, .mcap, .db3 or .bag files, folders of these, quoted globs',
    )
    .option('-l, --label <topic>', 'topic of the labels; found by type and name if left out')
    .option('-p, --prediction <topic>', 'topic of the predictions; found likewise')
    .option('-c, --config <yaml>', "the node's parameter file")
    .option('-s, --set <name=value...>', 'set parameters, YAML values: classes.ignored_labels=[11]')
    .option('--start <s>', 'begin so many seconds after the start of the recording', secondsOf)
    .option('--end <s>', 'end so many seconds after the start of the recording', secondsOf)
    .option('-o, --output <dir>', 'write summary.json, frames.csv and report.html there; of each in a folder')
    .option('--jobs <n>', 'evaluate so many recordings at once (default: the number of cores)', jobsOf)
    .option('--all-pairs', 'score every plausible pair of topics, as of several cameras')
    .option('-j, --json', 'print summary.json instead of a table')
    .option('--format <format>', `how to print it: ${FORMATS.join(', ')}`, formatOf)
    .option('-f, --fail-under <score=minimum...>', 'exit 3 unless the scores are at least so high')
    .option('--plots <dir>', 'write the charts there, as SVG and PDF')
    .option('--save-worst <n>', 'save so many of the worst frames with the output, as PNG', worstOf)
    .option('--image <topic>', "the camera's pictures, put beneath the masks of the worst frames")
    .option('--baseline <summary>', 'an earlier run to compare with')
    .option('--max-drop <score=drop...>', 'exit 3 where a score is lower than in the earlier run by more')
    .option('--junit <file>', 'write what was checked there, as JUnit does')
    .option('--markdown <file>', 'write the result there, for the summary of a job')
    .option('-q, --quiet', 'neither progress nor notes; warnings stay')
    .option('--predictions <dir>', 'a folder of masks as PNG files, in place of a topic')
    .option(
      '--labels <dir>',
      'likewise of labels; two folders are paired by name, one with a recording by stamp',
    )
    .addOption(
      new Option('--labels-by <way>', 'match a folder to a recording by stamps, or by places when asked')
        .choices(['stamp', 'index'])
        .default('stamp'),
    )
    .option(
      '--strict',
      'a recording that cannot be read whole, or a mask in a folder without a partner, is an error',
    )
    .option('--keep-unannotated', 'score labels of background alone too')
    .addHelpText(
      'after',
      `
--fail-under: ${GATE_GRAMMAR}

For example:
  dice-monitor evaluate drive_07 --output results/drive_07
  dice-monitor evaluate drives 'more/2024-*/*.mcap' --output results
  dice-monitor evaluate drive_07 -c config/monitor.yaml -s sync.tolerance=0.01 -f dice=0.8 frame.dice.p5=0.4
  dice-monitor evaluate drive_07 --prediction /segmentation --labels annotated
  dice-monitor evaluate --predictions results/unet --labels goose/labels/val -s label.ontology=goose prediction.ontology=goose`,
    )
    .action(async (recordings: string[], options: EvaluateOptions, command: Command) => {
      options.set ??= []
      options.failUnder ??= []
      const paths = [...recordings, ...takeStrays(options, ['set', 'failUnder', 'maxDrop'])]
      const areFolders = options.predictions !== undefined && options.labels !== undefined
      if (paths.length === 0 && !areFolders) command.error("error: missing required argument 'recording'")
      done(await evaluate(paths, options))
    })
}

function addInfo(program: Command, done: (exitCode: number) => void): void {
  program
    .command('info')
    .description('topics, types, encodings, sizes, counts and rates of a recording, and possible pairs')
    .argument('<recording>', 'a rosbag2 directory, an .mcap or a .db3')
    .option('-m, --masks', 'what the masks hold, as inspect says it')
    .action(async (recording: string, options: { masks?: boolean }) => done(await info(recording, options)))
}

function addList(program: Command, done: (exitCode: number) => void): void {
  program
    .command('list')
    .description('the recordings that paths stand for, a line of JSON each: path, name, bytes and version')
    .argument('<path...>', 'recordings, folders of them, globs, or addresses')
    .action((paths: string[]) => done(list(paths)))
}

function addInspect(program: Command, done: (exitCode: number) => void): void {
  program
    .command('inspect')
    .description('values and colours of masks, the ontology that fits, and the parameters to paste')
    .argument('<path...>', 'recordings, PNG files, or folders of PNG files')
    .option('-t, --topic <topic...>', 'look at these topics alone')
    .option(
      '-m, --masks <number>',
      `masks of each topic or folder to look at, ${MOST_MASKS} by default`,
      countOf,
    )
    .option('-j, --json', 'print JSON instead of tables')
    .action(async (paths: string[], options: InspectOptions) => done(await inspect(paths, options)))
}

function addExtract(program: Command, done: (exitCode: number) => void): void {
  program
    .command('extract')
    .description('frames of a recording as files to annotate, named by their stamps')
    .argument('[recording]', 'a rosbag2 directory, an .mcap, a .db3 or a ROS 1 .bag')
    .requiredOption('-t, --topic <topic>', 'topic of the images')
    .requiredOption('-o, --output <dir>', 'write the frames, frames.csv and the class lists there')
    .option('--every <s>', 'the first frame of each stretch of so many seconds', stretchOf)
    .option('--count <n>', 'so many frames, evenly spread', countOf)
    .option('--stamps <file>', 'only frames with the stamps that stand in its lines')
    .option('--worst <summary-and-n...>', 'only the n worst frames of a run: results/drive 20')
    .option('--labelled-by <topic>', 'only frames of which a message of this topic has the stamp')
    .option('-c, --config <yaml>', "the node's parameter file: class names and colours for the class lists")
    .option('-s, --set <name=value...>', 'set parameters, YAML values: classes.names=[grass,trail]')
    .option('--overwrite', 'replace files that are there')
    .option('-q, --quiet', 'neither progress nor notes; warnings stay')
    .addHelpText(
      'after',
      `
Pixels are written as lossless PNG, compressed images as they are. A stamp is 19 digits of ns, or seconds.

For example:
  dice-monitor extract drive_07 --topic /camera/image --output frames --every 2 --labelled-by /segmentation
  dice-monitor extract drive_07 -t /camera/image -o frames --worst results/drive_07 20 -c config/monitor.yaml`,
    )
    .action(async (recording: string | undefined, options: ExtractOptions, command: Command) => {
      const worst = options.worst && [...options.worst]
      options.set ??= []
      // Options of several values take a recording that comes behind them.
      const path =
        recording ??
        (worst && worst.length > 1 && !/^\d+$/.test(worst.at(-1)!)
          ? worst.pop()
          : takeStrays(options, ['set'])[0])
      if (path === undefined) command.error("error: missing required argument 'recording'")
      done(await extract(path, { ...options, ...(worst && { worst }) }))
    })
}

function addAttach(program: Command, done: (exitCode: number) => void): void {
  program
    .command('attach')
    .description('annotated frames back into a recording: a rosbag2 with the labels as a topic')
    .argument('[recording]', 'a rosbag2 directory, an .mcap, a .db3 or a ROS 1 .bag')
    .requiredOption(
      '-l, --labels <dir>',
      'folder of masks, PNG files with the stamps of their frames in their names',
    )
    .requiredOption('-o, --output <dir>', 'the rosbag2 to write; it must not be there')
    .option('-t, --topic <topic>', 'topic of the frames; found by the stamps if left out')
    .option('--label <topic>', 'topic to write the labels to', '/label')
    .option('--with <topic...>', 'topics to copy as they are')
    .option('-c, --config <yaml>', "the node's parameter file: classes, label.map, label.ontology")
    .option('-s, --set <name=value...>', 'set parameters, YAML values: label.map=["#00ff00:grass"]')
    .option('--keep-unannotated', 'write masks that hold background alone too')
    .option('-q, --quiet', 'neither progress nor notes; warnings stay')
    .addHelpText(
      'after',
      `
Labels are class ids after the map, in one encoding; what is no class is an ignored label.

For example:
  dice-monitor attach drive_07 --labels annotated --output drive_07_labelled --with /camera/image /segmentation
  ros2 bag play drive_07_labelled`,
    )
    .action(async (recording: string | undefined, options: AttachOptions, command: Command) => {
      options.set ??= []
      const copied = [...(options.with ?? [])]
      // --with takes a recording that comes behind it: topics begin with a slash, and are in no file.
      const path =
        recording ?? takeStrays(options, ['set'])[0] ?? (copied.length > 1 ? copied.pop() : undefined)
      if (path === undefined) command.error("error: missing required argument 'recording'")
      done(await attach(path, { ...options, with: copied }))
    })
}

function addCompare(program: Command, done: (exitCode: number) => void): void {
  program
    .command('compare')
    .description('runs side by side, best and worst marked, with differences to the first')
    .argument('<summary...>', 'summary.json files, or the directories they are in')
    .option('-j, --json', 'print JSON instead of a table')
    .option('--format <format>', `how to print it: ${FORMATS.join(', ')}`, formatOf)
    .addHelpText(
      'after',
      `
Runs of the same recording, with their frames.csv beside the summaries, get a 95 % interval of the
difference in frame-mean dice that allows for neighbours being alike; of several recordings the
recording is the unit. "better" and "worse" are said only where the interval leaves out 0, and
nothing is said of fewer than about 5 independent frames.`,
    )
    .action((summaries: string[], options: Parameters<typeof compare>[1]) =>
      done(compare(summaries, options)),
    )
}

function addMerge(program: Command, done: (exitCode: number) => void): void {
  program
    .command('merge')
    .description('one summary from many, by adding counts')
    .argument('[summary...]', 'summary.json files, or the directories they are in')
    .option('--from <file>', 'a file with more of them, a line each')
    .requiredOption('-o, --output <dir>', 'where to write summary.json, frames.csv and report.html')
    .option('--plots <dir>', 'write the charts there, as SVG and PDF')
    .option('-j, --json', 'print summary.json instead of a table')
    .option('--format <format>', `how to print it: ${FORMATS.join(', ')}`, formatOf)
    .action((summaries: string[], options: Parameters<typeof merge>[1]) => done(merge(summaries, options)))
}

/** `--set a=1 RECORDING` leaves the recording among the settings: those without an equals sign are recordings. */
function takeStrays<Key extends string>(
  options: Partial<Record<Key, readonly string[]>>,
  keys: readonly Key[],
): string[] {
  const strays: string[] = []
  for (const key of keys) {
    const texts = options[key] ?? []
    strays.push(...texts.filter(text => !text.includes('=')))
    options[key] = texts.filter(text => text.includes('='))
  }
  return strays
}

function worstOf(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > 100) {
    throw new InvalidArgumentError('Expected a number of frames, from 1 to 100.')
  }
  return value
}

function formatOf(text: string): Format {
  const format = FORMATS.find(name => name === text)
  if (!format) throw new InvalidArgumentError(`Expected one of ${FORMATS.join(', ')}.`)
  return format
}

function jobsOf(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > 1024) {
    throw new InvalidArgumentError('Expected a number of recordings, 1 or more.')
  }
  return value
}

function secondsOf(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !(value >= 0 && value < 1e9)) {
    throw new InvalidArgumentError('Expected seconds from the start of the recording.')
  }
  return value
}

function stretchOf(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !(value >= 1e-9 && value < 1e9)) {
    throw new InvalidArgumentError('Expected seconds, more than 0.')
  }
  return value
}

function countOf(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Expected a number of frames, at least 1.')
  return Number(text)
}
