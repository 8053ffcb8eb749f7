import type { Monitor } from '../monitor/monitor.ts'
import { classColor } from './palette.ts'
import type { Rgb } from './png.ts'

/** The colour of each class by id: the one that a map or an ontology gives it, or one of the palette. */
export function classColors({ classes, rules }: Monitor): (id: number) => Rgb {
  const byName = new Map<string, number>()
  for (const { table } of [rules.label, rules.prediction]) {
    for (const [color, name] of table?.named ?? []) if (!byName.has(name)) byName.set(name, color)
  }
  return id => {
    const color = classes.areNamed ? byName.get(classes.name(id)) : undefined
    return color === undefined ? classColor(id) : [color >> 16, (color >> 8) & 255, color & 255]
  }
}
