import type { Mask } from './distance.ts'

/**
 * The box around the pixels of both masks, as lines × rows × columns: slices, rows and columns of a volume; rows, one
 * and columns of an image.
 */
export interface Box {
  readonly lines: number
  readonly rows: number
  readonly columns: number
  /** Index of its first pixel, and from one line and one row to the next. */
  readonly start: number
  readonly lineStride: number
  readonly rowStride: number
}

export function boxAround(a: Mask, b: Mask): Box {
  const isVolume = a.depth !== undefined
  const [allLines, allRows] = isVolume ? [a.depth!, a.height] : [a.height, 1]
  const width = a.width
  const least = [Infinity, Infinity, Infinity]
  const most = [-1, -1, -1]
  for (let line = 0, i = 0; line < allLines; line++)
    for (let row = 0; row < allRows; row++, i += width) {
      let first = 0
      while (first < width && !a.data[i + first] && !b.data[i + first]) first++
      if (first === width) continue
      let last = width - 1
      while (!a.data[i + last] && !b.data[i + last]) last--
      least[0] = Math.min(least[0]!, line)
      least[1] = Math.min(least[1]!, row)
      least[2] = Math.min(least[2]!, first)
      most[0] = line
      most[1] = Math.max(most[1]!, row)
      most[2] = Math.max(most[2]!, last)
    }
  const isEmpty = most[0]! < 0
  const [line, row, column] = isEmpty ? [0, 0, 0] : (least as [number, number, number])
  const [lines, rows, columns] = most.map((end, axis) => (isEmpty ? 0 : end - least[axis]! + 1))
  const [lineStride, rowStride] = [allRows * width, width]
  return {
    lines: lines!,
    rows: rows!,
    columns: columns!,
    start: line * lineStride + row * rowStride + column,
    lineStride,
    rowStride,
  }
}
