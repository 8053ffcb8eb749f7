/** Columns and rows of a letter; one column more lies between two. */
export const LETTER_WIDTH = 5
export const LETTER_HEIGHT = 8

const FIRST = 32
const LAST = 126

/** The printable characters of ASCII: five columns each, two digits a column, whose lowest bit is the top row. */
const COLUMNS = Buffer.from(
  [
    '000000000000005f00000007000700147f147f14242a7f2a12231308646236495620500008070300001c2241000041221c00',
    '2a1c7f1c2a08083e080800807030000808080808000060600020100804023e5149453e00427f400042615149462141454b31',
    '1814127f1027454545393c4a49493001710905033649494936064949291e0036360000005636000008142241001414141414',
    '00412214080201510906324979413e7e1111117e7f494949363e414141227f4141221c7f494949417f090909013e4149497a',
    '7f0808087f00417f41002040413f017f081422417f404040407f020c027f7f0408107f3e4141413e7f090909063e4151215e',
    '7f09192946464949493101017f01013f4040403f1f2040201f3f4038403f631408146307087008076151494543007f414100',
    '02040810200041417f0004020102044040404040000102040020545454787f484444383844444420384444487f3854545418',
    '087e09010218a4a4a47c7f0804047800447d40004080847d007f1028440000417f40007c041804787c080404783844444438',
    'fc2424241818242418fc7c080404084854545420043f4440203c4040207c1c2040201c3c4030403c44281028441ca0a0a07c',
    '4464544c44000836410000007f000000413608000804081008',
  ].join(''),
  'hex',
)

/** Writes text in the pixels of a picture. @param set is called for every pixel of it that is in the picture */
export function drawText(
  text: string,
  left: number,
  top: number,
  scale: number,
  set: (x: number, y: number) => void,
): void {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    const letter = (code >= FIRST && code <= LAST ? code - FIRST : '?'.charCodeAt(0) - FIRST) * LETTER_WIDTH
    for (let column = 0; column < LETTER_WIDTH; column++) {
      for (let row = 0; row < LETTER_HEIGHT; row++) {
        if (((COLUMNS[letter + column]! >> row) & 1) === 0) continue
        const x = left + (i * (LETTER_WIDTH + 1) + column) * scale
        for (let dy = 0; dy < scale; dy++)
          for (let dx = 0; dx < scale; dx++) set(x + dx, top + row * scale + dy)
      }
    }
  }
}

/** Text in lines of at most so many characters, broken at spaces where there are some. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`
    else for (let at = 0; at < Math.max(1, word.length); at += width) lines.push(word.slice(at, at + width))
  }
  return lines
}
