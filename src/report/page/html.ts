/** Text that is HTML already. */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
  toString(): string {
    return this.text
  }
}

type Part = Html | string | number | bigint | false | null | undefined | readonly Part[]

/** A template whose values are escaped, unless they are HTML already: names in a recording are anybody's text. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.reduce((text, string, i) => text + markup(parts[i - 1]) + string))
}

function markup(part: Part): string {
  if (part instanceof Html) return part.text
  if (Array.isArray(part)) return part.map(markup).join('')
  if (part === null || part === undefined || part === false) return ''
  return escaped(String(part))
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Control characters are shown as such: HTML has no way to write them. */
export const escaped = (text: string): string =>
  text
    .replace(/[&<>"']/g, character => ENTITIES[character]!)
    .replace(/[\p{Cc}\p{Cs}]/gu, character =>
      character === '\n' || character === '\t' ? character : '\uFFFD',
    )

/** JSON inside a script element: no `<`, so that nothing ends or opens an element or a comment. */
export const embeddedJson = (value: unknown): Html =>
  new Html(JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028'))

/** A name from the recording, kept from turning the direction of the text around it. */
export const name = (text: string): Html => html`<bdi>${text}</bdi>`
