/**
 * When something happens, on two clocks, in seconds. An object that is filled again: a number with a fraction that
 * is passed from function to function may be put on the heap at every step.
 */
export class Moment {
  /** On the clock that waiting is measured by: ROS time, a recording's log time. */
  now = 0
  /** On a steady clock. */
  arrival = 0

  set(now: number, arrival: number): void {
    this.now = now
    this.arrival = arrival
  }
}
