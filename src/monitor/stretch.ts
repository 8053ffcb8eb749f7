/** A prediction that was stretched to its label's grid: the last one whose width and height grew differently. */
export class Stretch {
  width = 0
  height = 0
  toWidth = 0
  toHeight = 0

  clear(): void {
    this.width = 0
  }

  get isSeen(): boolean {
    return this.width > 0
  }

  /** Notes a pair of sizes, unless a width or height that was rounded to a whole number explains their shapes. */
  note(width: number, height: number, toWidth: number, toHeight: number): void {
    if (Math.abs(width * toHeight - height * toWidth) <= Math.max(toWidth, toHeight)) return
    this.width = width
    this.height = height
    this.toWidth = toWidth
    this.toHeight = toHeight
  }

  /** What it is, and what else it may be. */
  get text(): string {
    if (!this.isSeen) return ''
    const { width, height, toWidth, toHeight } = this
    const isTurned = Math.abs(width * toWidth - height * toHeight) <= Math.max(toWidth, toHeight)
    const shape = (a: number, b: number) => `${a}x${b} (${(a / b).toFixed(3)})`
    return `predictions of ${shape(width, height)} are stretched to labels of ${shape(toWidth, toHeight)}, a field of view of another shape: if the network saw a part of the picture, or one with borders, scores are of other places than they say${isTurned ? '; or are width and height swapped?' : ''}`
  }
}
