/** Thrown out of a run that the user ended. */
export class Interrupted extends Error {
  override name = 'Interrupted'
}
