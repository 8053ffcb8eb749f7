/** Of a topic so much stands in a file's name, whose length file systems bound. */
const LONGEST = 100
/** So many digits in a row could be taken for a stamp. */
const LONG_NUMBER = /\d{10,}/g
const STAMP_DIGITS = 19

/**
 * The name of a frame's file, without its extension: `<topic>_<ns>`, the stamp in 19 digits. It has letters, digits
 * and underscores alone, so that it is a name in every tool and on every file system, whatever the topic is.
 * @param stamp ns since 1970, not negative
 */
export function frameName(topic: string, stamp: bigint): string {
  return `${safeTopic(topic)}_${String(stamp).padStart(STAMP_DIGITS, '0')}`
}

function safeTopic(topic: string): string {
  const words = topic.replace(/[^A-Za-z0-9]+/g, '_').replace(LONG_NUMBER, digits => digits.slice(0, 9))
  return words.replace(/^_/, '').slice(0, LONGEST).replace(/_$/, '') || 'frame'
}
