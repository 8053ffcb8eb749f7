import { SHARED_PAGES, SHARED_WASM, WASM } from './wasm.generated.ts'

/** A `WebAssembly.Memory`, for compilers that do not know that name, as those of neither browsers nor Node.js. */
export interface KernelMemory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}

/** What the kernels export; addresses and sizes are bytes in `memory`. See assembly/ for what each does. */
export interface Exports {
  memory: KernelMemory
  countLabels(
    prediction: number,
    predictionStep: number,
    predictionShift: number,
    label: number,
    labelStep: number,
    labelShift: number,
    width: number,
    height: number,
    classes: number,
  ): void
  countRectangles(
    prediction: number,
    predictionStep: number,
    predictionShift: number,
    label: number,
    labelStep: number,
    labelShift: number,
    height: number,
    rectangles: number,
    count: number,
    classes: number,
  ): void
  leaveOutBorder(
    source: number,
    step: number,
    target: number,
    width: number,
    height: number,
    distance: number,
    outside: number,
    work: number,
  ): void
  narrow(
    source: number,
    step: number,
    target: number,
    width: number,
    height: number,
    format: number,
    classes: number,
  ): void
  largest(mask: number, step: number, format: number, width: number, height: number): number
  swapWords(source: number, step: number, target: number, width: number, height: number): void
  countForeground(
    source: number,
    step: number,
    label: number,
    labelStep: number,
    ids: number,
    width: number,
    height: number,
  ): void
  countChannels(
    source: number,
    step: number,
    label: number,
    labelStep: number,
    labelShift: number,
    ids: number,
    idShift: number,
    width: number,
    height: number,
    classes: number,
  ): void
  sumPlane(
    plane: number,
    labels: number,
    label: number,
    pixels: number,
    ignored: number,
    squares: boolean,
  ): number
  differentiatePlane(plane: number, labels: number, label: number, pixels: number, ignored: number): void
  softmax(planes: number, stride: number, classes: number, pixels: number): void
  softmaxGradient(
    planes: number,
    labels: number,
    stride: number,
    classes: number,
    pixels: number,
    ignored: number,
  ): void
  crossEntropy(
    planes: number,
    labels: number,
    stride: number,
    classes: number,
    pixels: number,
    ignored: number,
    scale: number,
  ): number
  dataStart(): number
  findRuns(labels: number, pixels: number): number
  inflate(source: number, sourceLength: number, target: number, length: number): number
  inflated(): number
  equalPixels(source: number, pixelBytes: number, pixels: number): number
  gather(target: number, source: number, length: number, stride: number, count: number): void
  pick(
    source: number,
    step: number,
    pixelBytes: number,
    channel: number,
    target: number,
    width: number,
    height: number,
  ): void
  isGray(source: number, step: number, pixelBytes: number, width: number, height: number): number
  mapValues(
    source: number,
    step: number,
    format: number,
    target: number,
    width: number,
    height: number,
    codes: number,
    ranges: number,
    rangeCount: number,
    rest: number,
  ): void
  mapColours(
    source: number,
    step: number,
    pixelBytes: number,
    target: number,
    width: number,
    height: number,
    slots: number,
    multiplier: number,
    shift: number,
    rest: number,
  ): void
  leaveOut(
    prediction: number,
    ignored: number,
    label: number,
    step: number,
    target: number,
    width: number,
    height: number,
    outside: number,
  ): void
  countCode(codes: number, length: number, code: number): number
  clearTally(): void
  tally(
    source: number,
    step: number,
    pixelBytes: number,
    isColour: boolean,
    codes: number,
    width: number,
    height: number,
    code: number,
  ): number
  resize(
    source: number,
    step: number,
    fromWidth: number,
    fromHeight: number,
    pixelBytes: number,
    target: number,
    toWidth: number,
    toHeight: number,
    columns: number,
  ): void
  unfilter(source: number, target: number, rowBytes: number, height: number, pixelBytes: number): number
  unpackBits(source: number, bits: number, target: number, width: number, height: number): void
  spread(
    source: number,
    width: number,
    height: number,
    pixelBytes: number,
    target: number,
    stepX: number,
    stepY: number,
    rowBytes: number,
  ): void
}

/** Bytes of a page, the unit in which memory grows. */
export const PAGE = 65536

type Place =
  | 'COUNTS'
  | 'SUMS'
  | 'EXTREMES'
  | 'THRESHOLD'
  | 'IGNORED'
  | 'DATA'
  | 'BLOCK'
  | 'PLANE_BLOCK'
  | 'PLANE_SUMS'
  | 'PLANE_VALUES'
  | 'RUNS'
  | 'RUN_BLOCK'
  | 'TALLY'
  | 'TALLY_SLOTS'

/** Which part of a shared memory an instance works in: two may count at once, one in each. */
export type WorkSpace = 0 | 1

/** An instance of the kernels, and where things lie in its memory. */
export interface Instance {
  exports: Exports
  places: Record<Place, number>
}

const compile = (base64: string) =>
  new WebAssembly.Module(Uint8Array.from(atob(base64), character => character.charCodeAt(0)))

let compiled: WebAssembly.Module | undefined

/** A new instance of the kernels, with a memory of its own. */
export function instantiate(): Instance {
  compiled ??= compile(WASM)
  return instanceOf(new WebAssembly.Instance(compiled))
}

/** As {@link instantiate}, in a part of a memory from {@link sharedMemory} in which no other instance counts. */
export function instantiateShared(memory: KernelMemory, workSpace: WorkSpace): Instance {
  const module = compile(SHARED_WASM[workSpace]!)
  const { exports, places } = instanceOf(
    new WebAssembly.Instance(module, { env: { memory: memory as WebAssembly.Memory } }),
  )
  return { exports: { ...exports, memory }, places }
}

/** Memory of two work spaces, that other threads may put messages into, in pages that they add with `grow`. */
export function sharedMemory(maximumBytes: number): KernelMemory {
  return new WebAssembly.Memory({ initial: SHARED_PAGES, maximum: maximumBytes / PAGE, shared: true })
}

function instanceOf({ exports }: WebAssembly.Instance): Instance {
  const kernels = exports as unknown as Exports
  const places = { DATA: kernels.dataStart() } as Record<Place, number>
  for (const [name, value] of Object.entries(exports)) {
    if (value instanceof WebAssembly.Global) places[name as Place] = value.value as number
  }
  return { exports: kernels, places }
}
