import { conventions, type OverlapOptions, overlapLoss } from '../../src/losses/index.ts'
import type { Mapping } from '../case.ts'
import { answer, mapping, read } from './shared.ts'

const plain = (options: OverlapOptions): Mapping =>
  mapping((c, parameters) => {
    read(parameters, {})
    return answer(c, overlapLoss(options))
  })

const focalTversky: Mapping = mapping((c, parameters) => {
  const p = read(parameters, { alpha: 0.3, beta: 0.7, gamma: 4 / 3 })
  const { paper } = conventions
  return answer(
    c,
    overlapLoss({ ...paper.focalTversky, alpha: p.alpha, beta: p.beta, transform: { power: 1 / p.gamma } }),
  )
})

export const definition: Readonly<Record<string, Mapping>> = {
  dice_loss: plain(conventions.paper.dice),
  vnet_dice_loss: plain(conventions.paper.vnet),
  log_cosh_dice_loss: plain(conventions.paper.logCoshDice),
  focal_tversky_loss: focalTversky,
}
