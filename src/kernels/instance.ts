import { WASM } from './wasm.generated.ts'

/** What the kernels export; addresses and sizes are bytes in `memory`. See assembly/ for what each does. */
export interface Exports {
  memory: WebAssembly.Memory
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
    threshold: number,
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
  ): void
  differentiatePlane(plane: number, labels: number, label: number, pixels: number, ignored: number): void
  findRuns(labels: number, pixels: number): number
}

type Place =
  | 'COUNTS'
  | 'SUMS'
  | 'EXTREMES'
  | 'IGNORED'
  | 'DATA'
  | 'BLOCK'
  | 'PLANE_BLOCK'
  | 'PLANE_SUMS'
  | 'PLANE_VALUES'
  | 'RUNS'
  | 'RUN_BLOCK'

let compiled: WebAssembly.Module | undefined

/** A new instance of the kernels, with a memory of its own, and where things lie in that. */
export function instantiate(): { exports: Exports; places: Record<Place, number> } {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(WASM), character => character.charCodeAt(0)))
  const { exports } = new WebAssembly.Instance(compiled)
  const places = {} as Record<Place, number>
  for (const [name, value] of Object.entries(exports)) {
    if (value instanceof WebAssembly.Global) places[name as Place] = value.value as number
  }
  return { exports: exports as unknown as Exports, places }
}
