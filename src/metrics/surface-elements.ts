import { checkMask, type Mask } from './distance.ts'

/** Where the surface of a mask passes between pixels: one element between each 4 (of a volume 8) of them. */
export interface SurfaceElements {
  /** One place more along each axis than the mask: 1 where the pixels around it are not all the same. */
  readonly places: Mask
  /** Of each such place, in order, the length (in a volume the area) of the surface there, in units of `spacing`. */
  readonly sizes: Float64Array
}

/**
 * The elements of a mask's surface (Nikolov 2018): its contour by marching squares, in a volume its triangles by marching
 * cubes (Lorensen 1987). Beyond the image is outside.
 * @param spacing [row, column], of a volume [slice, row, column]
 */
export function surfaceElements(mask: Mask, spacing: readonly number[] | undefined): SurfaceElements {
  checkMask(mask)
  const { data, width, height, depth } = mask
  const isVolume = depth !== undefined
  const sizesOf = isVolume ? areas(spacing ?? [1, 1, 1]) : lengths(spacing ?? [1, 1])
  const [columns, rows, slices] = [width + 1, height + 1, isVolume ? depth + 1 : 1]
  const corners = isVolume ? 8 : 4
  const codes = new Uint8Array(columns * rows * slices)
  // A pixel is a corner of the places before and behind it along each axis: bit 0 is for x, 1 for y, 2 for z.
  for (let z = 0, i = 0; z < (depth ?? 1); z++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++, i++)
        if (data[i])
          for (let corner = 0; corner < corners; corner++) {
            const [dx, dy, dz] = [corner & 1, (corner >> 1) & 1, corner >> 2]
            codes[((z + dz) * rows + y + dy) * columns + x + dx]! |= 1 << corner
          }
  const all = sizesOf.length - 1
  const isCut = (code: number) => code > 0 && code < all
  return {
    places: {
      data: codes.map(code => Number(isCut(code))),
      width: columns,
      height: rows,
      ...(isVolume ? { depth: slices } : {}),
    },
    sizes: Float64Array.from(codes.filter(isCut), code => sizesOf[code]!),
  }
}

/** Length of the contour by which of the 4 pixels are inside: bit 2y + x. */
function lengths([row, column]: readonly number[]): Float64Array {
  const corner = Math.hypot(row!, column!) / 2
  return Float64Array.from({ length: 16 }, (_, code) => {
    const inside = bits(code)
    if (inside === 0 || inside === 4) return 0
    if (inside !== 2) return corner
    if (code === 0b0011 || code === 0b1100) return column!
    return code === 0b0101 || code === 0b1010 ? row! : 2 * corner
  })
}

type Point = readonly number[]

/**
 * Area of the surface by which of the 8 voxels are inside: bit 4z + 2y + x. The polygons of a cube go through the middles
 * of its edges; where the corners of a face are inside crosswise, those of the kind of which the cube has fewer (of as
 * many those inside) are cut off one by one. A polygon is divided into triangles from the corner from which, with cubic
 * voxels, they are largest. These are the areas of DeepMind's surface-distance and of MONAI's subvoxels.
 */
function areas(spacing: readonly number[]): Float64Array {
  return Float64Array.from({ length: 256 }, (_, code) =>
    polygons(bits(code) <= 4 ? code : 255 - code).reduce((sum, polygon) => {
      const fans = polygon.map((_, start) => [...polygon.slice(start), ...polygon.slice(0, start)])
      const best = fans.reduce((one, other) =>
        fanArea(other, [1, 1, 1]) > fanArea(one, [1, 1, 1]) + 1e-9 ? other : one,
      )
      return sum + fanArea(best, spacing)
    }, 0),
  )
}

const bits = (code: number) => [...code.toString(2)].filter(bit => bit === '1').length

/** Corners of a face in turn, one face after the other, each as its number in the code. */
const faces = [
  [0, 1, 3, 2],
  [4, 5, 7, 6],
  [0, 1, 5, 4],
  [2, 3, 7, 6],
  [0, 2, 6, 4],
  [1, 3, 7, 5],
]

/** The closed lines of edges that separate the corners whose bits are set from the others, as points [z, y, x]. */
function polygons(code: number): Point[][] {
  // An edge by its ends, the smaller first; each that is cut is cut by two faces.
  const next = new Map<number, number[]>()
  const edge = (a: number, b: number) => 8 * Math.min(a, b) + Math.max(a, b)
  const join = (a: number, b: number) => {
    next.set(a, [...(next.get(a) ?? []), b])
    next.set(b, [...(next.get(b) ?? []), a])
  }
  const isIn = (corner: number) => ((code >> corner) & 1) === 1
  for (const face of faces) {
    const at = (k: number) => face[k % 4]!
    const cuts = [0, 1, 2, 3].filter(k => isIn(at(k)) !== isIn(at(k + 1)))
    const cut = (k: number) => edge(at(k), at(k + 1))
    if (cuts.length === 2) join(cut(cuts[0]!), cut(cuts[1]!))
    else if (cuts.length === 4) for (const k of [0, 1, 2, 3]) if (isIn(at(k))) join(cut(k + 3), cut(k))
  }
  const found: Point[][] = []
  while (next.size > 0) {
    const line: number[] = []
    for (let at: number | undefined = [...next.keys()][0]; at !== undefined; ) {
      line.push(at)
      const ends: number[] = next.get(at)!
      next.delete(at)
      at = ends.find(end => next.has(end))
    }
    found.push(line.map(middle))
  }
  return found
}

function middle(edge: number): Point {
  const [a, b] = [edge >> 3, edge & 7]
  return [2, 1, 0].map(axis => (((a >> axis) & 1) + ((b >> axis) & 1)) / 2)
}

/** Of the triangles from the first point of a polygon. */
function fanArea([first, ...rest]: readonly Point[], spacing: readonly number[]): number {
  const from = rest.map(point => point.map((value, axis) => (value - first![axis]!) * spacing[axis]!))
  let area = 0
  for (let k = 1; k < from.length; k++) {
    const [a, b] = [from[k - 1]!, from[k]!]
    const cross = [0, 1, 2].map(i => a[(i + 1) % 3]! * b[(i + 2) % 3]! - a[(i + 2) % 3]! * b[(i + 1) % 3]!)
    area += Math.hypot(...cross) / 2
  }
  return area
}
