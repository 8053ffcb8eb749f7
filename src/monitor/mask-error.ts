import { MessageError } from '../cdr/message-error.ts'

/** A pair that cannot be used for the label's sake; every other error of a pair is the prediction's. */
export class LabelError extends MessageError {}

/** What is wrong with one mask of a pair. */
export function maskError(mask: 'prediction' | 'label', what: string): MessageError {
  const text = `${mask}: ${what}`
  return mask === 'label' ? new LabelError(text) : new MessageError(text)
}
