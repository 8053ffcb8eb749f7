import { describe, expect, it } from 'vitest'
import { FolderError } from '../../src/folder/error.ts'
import { frameName } from '../../src/folder/names.ts'
import { checkPairing, pairFolders, pairingReport } from '../../src/folder/pairing.ts'
import type { Folder } from '../../src/folder/walk.ts'

const folder = (path: string, ...files: string[]): Folder => ({
  path,
  files: [...files].sort(),
  lists: [],
  others: new Map(),
  problems: [],
})

const pair = (predictions: string[], labels: string[], trainIds = false) =>
  pairFolders(folder('out', ...predictions), folder('set', ...labels), { prediction: false, label: trainIds })

const paired = (predictions: string[], labels: string[]) =>
  pair(predictions, labels).pairs.map(({ prediction, label }) => `${prediction} ${label}`)

describe('a name without what is added to it', () => {
  it.each([
    ['gtFine/val/ulm/ulm_000000_000019_gtFine_labelIds.png', ['val', 'ulm'], 'ulm_000000_000019', 'ids'],
    ['val/ulm/ulm_000000_000019_gtFine_labelTrainIds.png', ['val', 'ulm'], 'ulm_000000_000019', 'train ids'],
    ['ulm/ulm_000000_000019_gtFine_color.png', ['ulm'], 'ulm_000000_000019', 'colours'],
    ['ulm/ulm_000000_000019_gtFine_instanceIds.png', ['ulm'], 'ulm_000000_000019', 'instances'],
    ['ulm_000000_000019_leftImg8bit.png', [], 'ulm_000000_000019', 'image'],
    [
      'labels/val/s/a__0015_1657197601665184211_labelids.png',
      ['val', 's'],
      'a__0015_1657197601665184211',
      'ids',
    ],
    ['s/a__0015_1657197601665184211_windshield_vis.png', ['s'], 'a__0015_1657197601665184211', 'image'],
    ['s/a_1657197601665184211_front.png', ['s'], 'a_1657197601665184211', 'image'],
    ['s/0001_front.png', ['s'], '0001_front', 'plain'],
    ['00000/pylon_camera_node_label_id/frame1-2_3.png', ['00000'], 'frame1-2_3', 'ids'],
    ['00000/pylon_camera_node_label_color/frame1-2_3.png', ['00000'], 'frame1-2_3', 'colours'],
    ['00000/pylon_camera_node/frame1-2_3.png', ['00000'], 'frame1-2_3', 'image'],
    ['V-01/indexLabel/1624326169-277052847.png', ['V-01'], '1624326169-277052847', 'ids'],
    ['train_labels_ids/1.png', ['train'], '1', 'ids'],
    ['val_labels/1.png', ['val'], '1', 'plain'],
    ['valannot/1.png', ['val'], '1', 'plain'],
    ['training/seq/gt_image/1623697255837_fillcolor.png', ['training', 'seq'], '1623697255837', 'plain'],
    ['labels/sem_seg/masks/val/a-b.png', ['val'], 'a-b', 'plain'],
    ['labels/sem_seg/colormaps/val/a-b.png', ['val'], 'a-b', 'colours'],
    ['SegmentationClass/frame_000001.png', [], 'frame_000001', 'plain'],
    ['SegmentationObject/frame_000001.png', [], 'frame_000001', 'instances'],
    ['x_label_ground-truth_semantic.png', [], 'x', 'ids'],
    ['x_label_ground-truth_instance.png', [], 'x', 'instances'],
    ['x_label_ground-truth_semantic_colored.png', [], 'x', 'colours'],
    ['x_label_ground-truth_coco-panoptic.png', [], 'x', 'panoptic'],
    ['train/a_png.rf.0123456789abcdef0123456789abcdef_mask.png', ['train'], 'a', 'plain'],
    ['61148fa2-a.png', [], 'a', 'plain'],
    ['a.jpg___fuse.png', [], 'a', 'colours'],
    ['a.jpg___save.png', [], 'a', 'instances'],
    ['masks_machine/a.png', [], 'a', 'ids'],
    ['ds/masks_human/a.png', ['ds'], 'a', 'colours'],
    ['int_maps/mask_12.png', [], '12', 'ids'],
    ['0001TP_008550_L.png', [], '0001TP_008550', 'plain'],
    ['annotations/validation/ADE_val_00000001.png', ['validation'], 'ADE_val_00000001', 'plain'],
    ['frame_overlay.png', [], 'frame', 'picture'],
    // Names after Cityscapes'.
    ['gt/fog/val/GOPR1_frame_000854_gt_labelTrainIds.png', ['fog', 'val'], 'GOPR1_frame_000854', 'train ids'],
    ['gt/fog/val/GOPR1_frame_000854_gt_labelIds.png', ['fog', 'val'], 'GOPR1_frame_000854', 'ids'],
    ['gt/fog/val/GOPR1_frame_000854_gt_labelColor.png', ['fog', 'val'], 'GOPR1_frame_000854', 'colours'],
    ['gt/fog/val/GOPR1_frame_000854_gt_invIds.png', ['fog', 'val'], 'GOPR1_frame_000854', 'picture'],
    ['val/GOPR1_frame_000854_gt_invGray.png', ['val'], 'GOPR1_frame_000854', 'picture'],
    ['rgb_anon/fog/GOPR1_frame_000854_rgb_anon.png', ['fog'], 'GOPR1_frame_000854', 'image'],
    ['gtFine/val/0/024541_gtFine_labellevel3Ids.png', ['val', '0'], '024541', 'ids'],
    ['gtFine/val/0/024541_gtFine_labelcsIds.png', ['val', '0'], '024541', 'ids'],
    ['gtFine/val/0/024541_gtFine_labelcsTrainIds.png', ['val', '0'], '024541', 'train ids'],
    ['gtFine/val/0/024541_gtFine_instancelevel3Ids.png', ['val', '0'], '024541', 'instances'],
    ['seg/labels/val/7d06fefd-f7be05a6_train_id.png', ['seg', 'val'], '7d06fefd-f7be05a6', 'ids'],
    [
      'seg/color_labels/val/7d06fefd-f7be05a6_train_color.png',
      ['seg', 'val'],
      '7d06fefd-f7be05a6',
      'colours',
    ],
    ['61148fa2-7d06fefd-f7be05a6.png', [], '7d06fefd-f7be05a6', 'plain'],
    ['7d06fefd-f7be05a.png', [], 'f7be05a', 'plain'],
    // A2D2 has the word amid the name.
    [
      'cam_front_center/20180807145028_label_frontcenter_000000091.png',
      ['cam_front_center'],
      '20180807145028_frontcenter_000000091',
      'colours',
    ],
    ['20180807145028_camera_frontcenter_000000091.png', [], '20180807145028_frontcenter_000000091', 'image'],
    [
      '2018080714502_label_frontcenter_000000091.png',
      [],
      '2018080714502_label_frontcenter_000000091',
      'plain',
    ],
    // Simulators.
    ['sequence.1/step0.camera.semantic segmentation.png', ['sequence.1'], 'step0.camera', 'ids'],
    ['sequence.1/step0.camera.instance segmentation.png', ['sequence.1'], 'step0.camera', 'instances'],
    ['semantic_segmentation_0001.png', [], '0001', 'plain'],
    ['instance_segmentation_0001.png', [], '0001', 'instances'],
    ['instance_id_segmentation_0001.png', [], '0001', 'instances'],
    ['rgb_0001.png', [], '0001', 'image'],
    ['rgb_camera.png', [], 'rgb_camera', 'plain'],
    ['P001/seg_left/000000_left_seg.png', ['P001'], '000000_left', 'plain'],
    ['P001/image_left/000000_left.png', ['P001'], '000000_left', 'image'],
    ['P001/depth_left/000000_left.png', ['P001'], '000000_left', 'picture'],
    ['frame.0001.semantic.png', [], 'frame.0001', 'plain'],
    ['frame-0001-mask.png', [], 'frame-0001', 'plain'],
    ['ann_dir/val/x_0.png', ['val'], 'x_0', 'plain'],
    ['img_dir/val/x_0.png', ['val'], 'x_0', 'image'],
    ['Val/Rural/masks_png/0.png', ['Val', 'Rural'], '0', 'plain'],
    ['Val/Rural/images_png/0.png', ['Val', 'Rural'], '0', 'image'],
    ['semantic_annotations/gtLabels/1_FV.png', [], '1_FV', 'ids'],
    ['semantic_annotations/rgbLabels/1_FV.png', [], '1_FV', 'colours'],
    ['rgb_images/1_FV.png', [], '1_FV', 'image'],
    ['labelsTs/case_001.png', [], 'case_001', 'plain'],
    ['imagesTr/case_001.png', [], 'case_001', 'image'],
    // What would leave nothing stays.
    ['mask.png', [], 'mask', 'plain'],
    ['labels/_mask.png', [], '_mask', 'plain'],
  ])('%s', (path, folders, stem, kind) => {
    expect(frameName(path)).toMatchObject({ path, folders, stem, kind })
  })
})

describe('two folders', () => {
  it('are paired by stem and folder, whichever has more of them above', () => {
    const labels = ['00000/frame000001.png', '00001/frame000001.png']
    expect(paired(['x/00000/frame000001.png', 'x/00001/frame000001.png'], labels)).toEqual([
      'x/00000/frame000001.png 00000/frame000001.png',
      'x/00001/frame000001.png 00001/frame000001.png',
    ])
    expect(paired(['a_pred.png'], ['val/city/a_gtFine_labelIds.png'])).toEqual([
      'a_pred.png val/city/a_gtFine_labelIds.png',
    ])
  })

  it('are not paired over different scenes', () => {
    const { pairs, predictionsAlone, labelsAlone, ambiguous } = pair(['00000/f1.png'], ['00001/f1.png'])
    expect([pairs, ambiguous]).toEqual([[], []])
    expect([predictionsAlone, labelsAlone]).toEqual([['00000/f1.png'], ['00001/f1.png']])
  })

  it('prefer the folder of the same name to one above or below', () => {
    expect(paired(['f1.png', 'a/f1.png'], ['a/f1.png'])).toEqual(['a/f1.png a/f1.png'])
  })

  it('are ambiguous where one file may be of several', () => {
    const twoLabels = pair(['f1.png'], ['a/f1.png', 'b/f1.png'])
    expect(twoLabels.ambiguous).toEqual([{ predictions: ['f1.png'], labels: ['a/f1.png', 'b/f1.png'] }])
    const twoPredictions = pair(['a/f1.png', 'b/f1.png'], ['f1.png'])
    expect(twoPredictions.ambiguous).toEqual([{ predictions: ['a/f1.png', 'b/f1.png'], labels: ['f1.png'] }])
    const twoNames = pair(['f1.png', 'f1_pred.png'], ['f1.png'])
    expect(twoNames.ambiguous).toEqual([{ predictions: ['f1.png', 'f1_pred.png'], labels: ['f1.png'] }])
    expect(() => checkPairing(twoNames, false)).toThrow(
      /1 labels are ambiguous[\s\S]*f1.png with f1.png, f1_pred.png/,
    )
    expect(pair(['f1.png'], ['f1_mask.png', 'f1_gt.png']).ambiguous).toHaveLength(1)
  })

  it('take ids rather than colours, no instances, and no pictures; and say so', () => {
    const pairing = pair(
      ['val/ulm/ulm_1_leftImg8bit.png'],
      [
        'val/ulm/ulm_1_gtFine_color.png',
        'val/ulm/ulm_1_gtFine_instanceIds.png',
        'val/ulm/ulm_1_gtFine_labelIds.png',
        'val/ulm/ulm_1_gtFine_labelTrainIds.png',
        'val/ulm/ulm_2_leftImg8bit.png',
      ],
    )
    expect(pairing.pairs).toEqual([
      { prediction: 'val/ulm/ulm_1_leftImg8bit.png', label: 'val/ulm/ulm_1_gtFine_labelIds.png' },
    ])
    expect(pairing.labelsAlone).toEqual([])
    const report = pairingReport(pairing)
    expect(report[0]).toBe(
      '1 pairs by path and name, without _leftImg8bit of predictions, _gtFine_labelIds of labels; 0 predictions without label, 0 labels without prediction',
    )
    expect(report[1]).toBe(
      '  set: passed over: 1 masks of colours, 1 masks of instances, 1 masks of train ids, 1 pictures of the camera',
    )
    const withTrainIds = pair(
      ['ulm_1.png'],
      ['ulm_1_gtFine_labelIds.png', 'ulm_1_gtFine_labelTrainIds.png'],
      true,
    )
    expect(withTrainIds.pairs[0]!.label).toBe('ulm_1_gtFine_labelTrainIds.png')
  })

  it('score colours where there are no ids', () => {
    expect(paired(['a.png'], ['label_color/a.png', 'SegmentationObject/a.png'])).toEqual([
      'a.png label_color/a.png',
    ])
    expect(paired(['pred_color/a.png', 'pred/a.png'], ['a.png'])).toEqual(['pred/a.png a.png'])
  })

  it('may be named by their folders alone', () => {
    expect(paired(['iid1/pred.png', 'iid2/pred.png'], ['iid1/labels.png', 'iid2/labels.png'])).toEqual([
      'iid1/pred.png iid1/labels.png',
      'iid2/pred.png iid2/labels.png',
    ])
    expect(paired(['iid1.png', 'iid2.png'], ['iid1/labels.png', 'iid2/labels.png'])).toEqual([
      'iid1.png iid1/labels.png',
      'iid2.png iid2/labels.png',
    ])
  })

  it('may be told by what all their names share', () => {
    const pairing = pair(['unet-000010-v2.png', 'unet-000012-v2.png'], ['truth000010.png', 'truth000012.png'])
    expect(pairing.pairs).toEqual([
      { prediction: 'unet-000010-v2.png', label: 'truth000010.png' },
      { prediction: 'unet-000012-v2.png', label: 'truth000012.png' },
    ])
    expect(pairingReport(pairing)[0]).toContain('without unet- -v2 of predictions, truth of labels')
    expect(paired(['brown_7.png', 'main_8.png'], ['int_maps/mask_7.png', 'int_maps/mask_8.png'])).toEqual([
      'brown_7.png int_maps/mask_7.png',
      'main_8.png int_maps/mask_8.png',
    ])
  })

  it('report what is left over, with three examples each', () => {
    const pairing = pair(['1.png', '2.png', '3.png', '4.png', '5.png'], ['1.png', '6.png'])
    expect(pairingReport(pairing)).toEqual([
      '1 pairs by path and name; 4 predictions without label, 1 labels without prediction',
      '  without label: 2.png, 3.png, 4.png, and 1 more',
      '  without prediction: 6.png',
    ])
    expect(() => checkPairing(pairing, false)).not.toThrow()
    expect(() => checkPairing(pairing, true)).toThrow(
      '--strict: 4 predictions without label, 1 labels without prediction',
    )
    expect(() => checkPairing(pair(['1.png'], ['1.png']), true)).not.toThrow()
    expect(() => checkPairing(pair(['1.png', '2.png'], ['1.png']), true)).toThrow('--strict')
    expect(() => checkPairing(pair(['1.png'], ['1.png', '2.png']), true)).toThrow('--strict')
  })

  it('are an error without a pair, and without masks', () => {
    expect(() => checkPairing(pair(['1.png', '2.png'], ['x/3.png']), false)).toThrow(
      /no prediction of out has the name of a label of set\n {2}predictions: 1.png, 2.png\n {2}labels: x\/3.png/,
    )
    const jpegs = { ...folder('out'), others: new Map([['.jpg', 4]]) }
    expect(() => checkPairing(pairFolders(jpegs, folder('set', '1.png')), false)).toThrow(
      new FolderError(
        'out: expected masks in PNG files, found 4 .jpg; JPEG changes values, so it can hold no mask',
      ),
    )
    expect(() => checkPairing(pair(['1.png'], ['SegmentationObject/1.png']), false)).toThrow(
      'set: expected masks in PNG files, found 1 masks of instances',
    )
  })
})
