import type { Mappings } from './case.ts'
import { definition } from './losses/definition.ts'
import { keras } from './losses/keras.ts'
import { kornia } from './losses/kornia.ts'
import { mmseg } from './losses/mmseg.ts'
import { monai } from './losses/monai.ts'
import { monaiOwn } from './losses/monai-own.ts'
import { smp } from './losses/smp.ts'
import { torch, torchvision } from './losses/torch.ts'

/** The losses, and the activations by themselves. */
export const losses: Mappings = {
  definition,
  keras,
  kornia,
  mmseg,
  monai: { ...monai, ...monaiOwn },
  smp,
  torch,
  torchvision,
}
