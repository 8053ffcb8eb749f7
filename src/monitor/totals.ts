/** The added counts of a whole run, by class id. Counts are exact up to 2^53. */
export class Totals {
  /** Ids 0 to classes - 1 are counted apart. */
  classes: number
  /** classes · classes, row-major; rows are labels, columns predictions. */
  confusion: Float64Array
  /** Pixels of each label class whose prediction is no class. */
  unknownPrediction: Float64Array
  pixelsEvaluated = 0
  pixelsIgnored = 0
  pixelsUnknownPrediction = 0
  frames = 0

  constructor(classes: number) {
    this.classes = classes
    this.confusion = new Float64Array(classes * classes)
    this.unknownPrediction = new Float64Array(classes)
  }

  /** Makes room for more classes. */
  grow(classes: number): void {
    const confusion = new Float64Array(classes * classes)
    for (let label = 0; label < this.classes; label++) {
      const row = this.confusion.subarray(label * this.classes, (label + 1) * this.classes)
      confusion.set(row, label * classes)
    }
    const unknownPrediction = new Float64Array(classes)
    unknownPrediction.set(this.unknownPrediction)
    this.classes = classes
    this.confusion = confusion
    this.unknownPrediction = unknownPrediction
  }

  clear(): void {
    this.confusion.fill(0)
    this.unknownPrediction.fill(0)
    this.pixelsEvaluated = 0
    this.pixelsIgnored = 0
    this.pixelsUnknownPrediction = 0
    this.frames = 0
  }
}
