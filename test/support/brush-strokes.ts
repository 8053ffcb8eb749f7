/** Run-length code as Label Studio writes it: `sdk` of label_studio_sdk (encode_rle), `page` of its annotation page. */
export type BrushWriter = 'sdk' | 'page'

/** Code of a picture of four channels, all of them 255 where it is painted. */
export function brushStroke(painted: readonly boolean[], writer: BrushWriter): number[] {
  const bytes = painted.flatMap(is => Array.from({ length: 4 }, () => (is ? 255 : 0)))
  const sizes = [3, 4, 8, 16]
  const binary = (value: number, length: number) => value.toString(2).padStart(length, '0')
  let bits = binary(bytes.length, 32) + binary(7, 5) + sizes.map(size => binary(size - 1, 4)).join('')
  for (let i = 0; i < bytes.length; ) {
    let run = 1
    while (i + run < bytes.length && bytes[i + run] === bytes[i]) run++
    if (run === 1 || writer === 'page') {
      // Words one by one: here only of the first pixels, as most are runs.
      const words = writer === 'page' && i === 0 ? Math.min(8, bytes.length) : run === 1 ? 1 : 0
      if (words > 0) {
        bits += `000${binary(words - 1, 3)}`
        for (let word = 0; word < words; word++) bits += binary(bytes[i + word]!, 8)
        i += words
        continue
      }
    }
    const length = Math.min(run, 2 ** 16)
    const size = sizes.findIndex(each => length <= 2 ** each)
    bits += `1${binary(size, 2)}${binary(length - 1, sizes[size]!)}${binary(bytes[i]!, 8)}`
    i += length
  }
  bits += '0'.repeat(8 - (bits.length % 8))
  return Array.from({ length: bits.length / 8 }, (_, i) => Number.parseInt(bits.slice(8 * i, 8 * i + 8), 2))
}

/** A result of an annotation, as an export as JSON has it. */
export const brushResult = (
  name: string,
  painted: readonly boolean[],
  width: number,
  writer: BrushWriter = 'sdk',
) => ({
  id: 'aX3',
  type: 'brushlabels',
  value: { rle: brushStroke(painted, writer), format: 'rle', brushlabels: [name] },
  origin: 'manual',
  to_name: 'image',
  from_name: 'tag',
  image_rotation: 0,
  original_width: width,
  original_height: painted.length / width,
})
