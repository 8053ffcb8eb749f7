/** Characters that a terminal obeys, that are not seen, or that are none: controls, formats, separators, surrogates. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu
const LONGEST = 1000

/**
 * Text from elsewhere (names, file contents, messages) as it may be shown: what is not printable is escaped as
 * `\u{1b}`, and of a long text the first characters are left and how many follow.
 * @param longest UTF-16 units that are shown of the text
 */
export function printable(text: string, longest = LONGEST): string {
  if (text.length <= longest) return escaped(text)
  // Not between the two halves of one character.
  const end = /[\ud800-\udbff]/.test(text[longest - 1]!) ? longest - 1 : longest
  return `${escaped(text.slice(0, end))}… (${text.length - end} more)`
}

const escaped = (text: string) =>
  text.replace(UNPRINTABLE, character => `\\u{${character.codePointAt(0)!.toString(16)}}`)
