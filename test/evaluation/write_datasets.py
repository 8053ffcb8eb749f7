"""Writes small data sets and exports of annotation tools in their layouts and names, each with predictions, and
DIR/datasets.json with the counts that a program of its own makes of the same masks.

usage: python write_datasets.py DIR   (with numpy)
"""
import json
import struct
import sys
import zlib
from pathlib import Path

import numpy as np

ROOT = Path(sys.argv[1])
rng = np.random.default_rng(22)
WIDTH, HEIGHT = 24, 10
IGNORED, NO_CLASS = -1, -2


def png(path, pixels, palette=None):
    """Gray of 8 or 16 bits, palette, RGB or RGBA, rows with all filters in turn."""
    pixels = np.asarray(pixels)
    height, width = pixels.shape[:2]
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    bits = 16 if pixels.dtype == np.uint16 else 8
    colour_type = 3 if palette is not None else {1: 0, 3: 2, 4: 6}[channels]
    raw = pixels.astype('>u2' if bits == 16 else np.uint8).reshape(height, -1).view(np.uint8).astype(int)
    step = channels * bits // 8
    above = np.zeros(raw.shape[1], int)
    rows = []
    for y, row in enumerate(raw):
        left = np.concatenate([np.zeros(step, int), row[:-step]])
        corner = np.concatenate([np.zeros(step, int), above[:-step]])
        estimate = left + above - corner
        near = [abs(estimate - other) for other in (left, above, corner)]
        paeth = np.where((near[0] <= near[1]) & (near[0] <= near[2]), left, np.where(near[1] <= near[2], above, corner))
        guess = [0 * row, left, above, (left + above) // 2, paeth][y % 5]
        rows.append(bytes([y % 5]) + ((row - guess) % 256).astype(np.uint8).tobytes())
        above = row

    def chunk(kind, content):
        return struct.pack('>I', len(content)) + kind + content + struct.pack('>I', zlib.crc32(kind + content))

    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(
        b'\x89PNG\r\n\x1a\n'
        + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, bits, colour_type, 0, 0, 0))
        + (chunk(b'PLTE', bytes(np.asarray(palette, np.uint8).reshape(-1))) if palette is not None else b'')
        + chunk(b'IDAT', zlib.compress(b''.join(rows)))
        + chunk(b'IEND', b''))


def masks(classes, others=(IGNORED,), frames=2):
    """Labels and predictions of class numbers; labels have `others` besides, predictions some that are no class."""
    for _ in range(frames):
        choice = np.array([*range(classes), *others])
        label = choice[rng.integers(0, len(choice), (HEIGHT, WIDTH // 3)).repeat(3, axis=1)]
        prediction = np.where(rng.random(label.shape) < .3, rng.integers(0, classes, label.shape), label)
        prediction[prediction < 0] = 0
        prediction[rng.random(label.shape) < .05] = NO_CLASS
        yield label, prediction


def values(classes, codes):
    """The value of each pixel; codes by class number, those of IGNORED and NO_CLASS at the end."""
    return np.asarray(codes)[classes]


def count(pairs, names):
    confusion = np.zeros((len(names), len(names)), int)
    unknown = np.zeros(len(names), int)
    ignored = 0
    for label, prediction in pairs:
        ignored += int((label < 0).sum())
        for k in range(len(names)):
            of_class = prediction[label == k]
            confusion[k] += np.bincount(of_class[of_class >= 0], minlength=len(names))
            unknown[k] += int((of_class < 0).sum())
    return {'confusion': confusion.tolist(), 'unknown': unknown.tolist(), 'ignored': ignored}


datasets = []


def add(name, names, pairs, predictions, labels, settings=(), notes=()):
    datasets.append({
        'name': name, 'names': names, 'frames': len(pairs), 'predictions': str(ROOT / name / predictions),
        'labels': str(ROOT / name / labels), 'settings': dict(settings), 'notes': list(notes), **count(pairs, names)})


def both(ontology):
    return {'label.ontology': ontology, 'prediction.ontology': ontology}


def rellis():
    names, ids = ['dirt', 'grass', 'tree', 'rubble'], [1, 3, 4, 34, 2, 0]
    colours = [[108, 64, 20], [0, 102, 0], [0, 255, 0], [110, 22, 138], [9, 9, 9], [0, 0, 0]]
    pairs = []
    for sequence in ('00000', '00003'):
        for stem, pair in zip(('frame000000-1581624652_750', 'frame000104-1581624663_149'), masks(4)):
            label, prediction = pair
            of_ids = values(label, ids).astype(np.uint8)
            of_ids[of_ids == 3] = rng.choice([3, 29, 30], int((of_ids == 3).sum()))
            base = ROOT / 'RELLIS-3D' / 'set' / sequence
            png(base / 'pylon_camera_node_label_id' / f'{stem}.png', of_ids)
            png(base / 'pylon_camera_node_label_color' / f'{stem}.png', values(label, colours).astype(np.uint8))
            (base / 'pylon_camera_node').mkdir(exist_ok=True)
            (base / 'pylon_camera_node' / f'{stem}.jpg').write_bytes(b'\xff\xd8\xff')
            png(ROOT / 'RELLIS-3D' / 'out' / sequence / f'{stem}.png', values(prediction, ids).astype(np.uint8))
            pairs.append(pair)
    add('RELLIS-3D', names, pairs, 'out', 'set', both('rellis3d'), ['4 pairs', 'passed over: 4 masks of colours'])


def rugd():
    rows = ['0 void 0 0 0', '1 dirt 108 64 20', '2 sand 255 229 204', '3 grass 0 102 0', '9 container/generic-object 255 0 127']
    names = ['dirt', 'sand', 'grass', 'container/generic-object']
    colours = [[108, 64, 20], [255, 229, 204], [0, 102, 0], [255, 0, 127], [1, 1, 1], [0, 0, 0]]
    pairs = list(masks(4))
    for i, (label, prediction) in enumerate(pairs):
        png(ROOT / 'RUGD/RUGD_annotations/creek' / f'creek_{i:05}.png', values(label, colours).astype(np.uint8))
        png(ROOT / 'RUGD/ids/creek' / f'creek_{i:05}.png', values(prediction, [1, 2, 3, 9, 77, 0]).astype(np.uint8))
    (ROOT / 'RUGD/RUGD_annotations/RUGD_annotation-colormap.txt').write_text('\n'.join(rows) + '\n')
    add('RUGD', names, pairs, 'ids', 'RUGD_annotations', {}, ['RUGD_annotation-colormap.txt (RUGD), for labels and predictions'])
    datasets.append({**datasets[-1], 'settings': both('rugd'), 'notes': ['2 pairs']})


def goose():
    names = ['traffic_cone', 'snow', 'cobble', 'hedge']
    ids = [1, 2, 3, 59, 200, 0]
    colours = [[255, 255, 0], [209, 87, 160], [255, 52, 255], [209, 87, 160], [9, 9, 9], [0, 0, 0]]
    pairs = list(masks(4))
    for i, (label, prediction) in enumerate(pairs):
        stem = f'2022-07-22_flight__{70 + i:04}_165849423433431030{i}'
        base = ROOT / 'GOOSE/goose'
        png(base / 'labels/val/flight' / f'{stem}_labelids.png', values(label, ids).astype(np.uint8))
        png(base / 'labels/val/flight' / f'{stem}_color.png', values(label, colours).astype(np.uint8))
        png(base / 'labels/val/flight' / f'{stem}_instanceids.png', values(label, [256 * k for k in ids]).astype(np.uint16))
        png(base / 'images/val/flight' / f'{stem}_windshield_vis.png', rng.integers(0, 255, (HEIGHT, WIDTH, 3)))
        png(ROOT / 'GOOSE/out/val/flight' / f'{stem}_windshield_vis.png', values(prediction, ids).astype(np.uint8))
    rows = ['undefined,0,0,#000000', 'traffic_cone,1,1,#ffff00', 'snow,2,0,#d157a0', 'cobble,3,0,#ff34ff', 'hedge,59,0,#d157a0']
    (ROOT / 'GOOSE/goose/goose_label_mapping.csv').write_text('class_name,label_key,has_instance,hex\n' + '\n'.join(rows))
    said = ['passed over: 2 masks of colours, 2 masks of instances']
    add('GOOSE', names, pairs, 'out', 'goose/labels', {}, [*said, 'goose_label_mapping.csv (GOOSE)'])
    datasets.append({**datasets[-1], 'settings': both('goose'), 'labels': str(ROOT / 'GOOSE/goose'), 'notes': ['2 pictures of the camera']})


def wildscenes():
    names, ids = ['mud', 'other-terrain', 'tree-foliage'], [3, 6, 8, 250, 0]
    pairs = list(masks(3))
    for i, (label, prediction) in enumerate(pairs):
        stem = f'1623370408-09200550{i}'
        base = ROOT / 'WildScenes/WildScenes2d/V-01'
        png(base / 'indexLabel' / f'{stem}.png', values(label, ids).astype(np.uint8))
        png(base / 'label' / f'{stem}.png', values(label, [[1, 2, 3]] * 5).astype(np.uint8))
        png(base / 'image' / f'{stem}.png', rng.integers(0, 255, (HEIGHT, WIDTH, 3)))
        png(ROOT / 'WildScenes/out/V-01' / f'{stem}.png', values(prediction, ids).astype(np.uint8))
    add('WildScenes', names, pairs, 'out', 'WildScenes2d', both('wildscenes'), ['2 pictures of the camera'])


def tas500():
    names, ids = ['asphalt', 'low grass', 'sky'], [0, 6, 16, 99, 255]
    pairs = list(masks(3))
    for i, (label, prediction) in enumerate(pairs):
        of_ids = values(label, ids).astype(np.uint8)
        png(ROOT / 'TAS500/tas500/val_labels_ids' / f'{i}.png', np.dstack([of_ids] * 3))
        png(ROOT / 'TAS500/tas500/val_labels' / f'{i}.png', values(label, [[192, 192, 192]] * 5).astype(np.uint8))
        png(ROOT / 'TAS500/out/val' / f'{i}.png', values(prediction, ids).astype(np.uint8))
    add('TAS500', names, pairs, 'out', 'tas500', both('tas500'), ['2 other masks of the same frames'])


def cityscapes():
    names, ids, train = ['road', 'sidewalk', 'car'], [7, 8, 26, 77, 3], [0, 1, 13, 77, 255]
    pairs = list(masks(3))
    for i, (label, prediction) in enumerate(pairs):
        stem = f'frankfurt_000000_00029{i}'
        base = ROOT / 'Cityscapes/gtFine/val/frankfurt'
        png(base / f'{stem}_gtFine_labelIds.png', values(label, ids).astype(np.uint8))
        png(base / f'{stem}_gtFine_labelTrainIds.png', values(label, train).astype(np.uint8))
        png(base / f'{stem}_gtFine_color.png', values(label, [[1, 2, 3, 255]] * 5).astype(np.uint8))
        png(base / f'{stem}_gtFine_instanceIds.png', values(label, [1000 * k for k in ids]).astype(np.uint16))
        png(ROOT / 'Cityscapes/ids' / f'{stem}_leftImg8bit.png', values(prediction, ids).astype(np.uint8))
        png(ROOT / 'Cityscapes/train/val/frankfurt' / f'{stem}_pred.png', values(prediction, train).astype(np.uint8))
    add('Cityscapes', names, pairs, 'ids', 'gtFine', both('cityscapes'), ['_gtFine_labelIds of labels'])
    add('Cityscapes', names, pairs, 'train', 'gtFine/val', both('cityscapes_train'), ['_gtFine_labelTrainIds of labels'])


def ade20k():
    names = ['wall', 'building', 'door', 'flag']
    pairs = list(masks(4))
    for i, (label, prediction) in enumerate(pairs):
        png(ROOT / 'ADE20K/annotations/validation' / f'ADE_val_0000000{i}.png', values(label, [1, 2, 15, 150, 200, 0]).astype(np.uint8))
        png(ROOT / 'ADE20K/ids' / f'ADE_val_0000000{i}.png', values(prediction, [1, 2, 15, 150, 200, 0]).astype(np.uint8))
        png(ROOT / 'ADE20K/reduced' / f'ADE_val_0000000{i}.png', values(prediction, [0, 1, 14, 149, 200, 0]).astype(np.uint8))
    add('ADE20K', names, pairs, 'ids', 'annotations', both('ade20k'))
    add('ADE20K', names, pairs, 'reduced', 'annotations', {'label.ontology': 'ade20k', 'prediction.ontology': 'ade20k_reduced'})


def camvid():
    names = ['Sky', 'Building', 'Column Pole']
    colours = [[128, 128, 128], [128, 0, 0], [192, 192, 128], [3, 3, 3], [0, 0, 0]]
    pairs = list(masks(3))
    for i, (label, prediction) in enumerate(pairs):
        png(ROOT / 'CamVid/set/valannot' / f'0001TP_00855{i}_L.png', values(label, colours).astype(np.uint8))
        png(ROOT / 'CamVid/out/val' / f'0001TP_00855{i}.png', values(prediction, [1, 2, 3, 9, 0]).astype(np.uint8))
    (ROOT / 'CamVid/set/label_colors.txt').write_text('0 0 0 Void\n128 128 128\tSky\n128 0 0 Building\n192 192 128 Column Pole\n')
    add('CamVid', names, pairs, 'out', 'set', {}, ['label_colors.txt (CamVid)', 'without _L of labels'])


def bdd100k():
    names, ids = ['road', 'car', 'bicycle'], [0, 13, 18, 99, 255]
    pairs = list(masks(3))
    for i, (label, prediction) in enumerate(pairs):
        stem = f'7d4a79{i}-2a74376a'
        png(ROOT / 'BDD100K/labels/sem_seg/masks/val' / f'{stem}.png', values(label, ids).astype(np.uint8))
        png(ROOT / 'BDD100K/labels/sem_seg/colormaps/val' / f'{stem}.png', values(label, [[1, 2, 3]] * 5).astype(np.uint8))
        png(ROOT / 'BDD100K/out' / f'{stem}.png', values(prediction, ids).astype(np.uint8))
    add('BDD100K', names, pairs, 'out', 'labels', both('cityscapes_train'), ['passed over: 2 masks of colours'])


def panoptic(folder, stem, classes, categories, first):
    """A mask of segments, two of each class that is there, and its annotation."""
    segments = np.zeros((HEIGHT, WIDTH), int)
    infos = []
    for k, category in enumerate(categories):
        for half in (0, 1):
            segment = first + 70001 * k + half
            where = (classes == k) & (np.arange(WIDTH) % 2 == half)
            segments[where] = segment
            if where.any():
                infos.append({'id': int(segment), 'category_id': category, 'iscrowd': 0})
    png(folder / f'{stem}.png', np.dstack([segments & 255, segments >> 8 & 255, segments >> 16]).astype(np.uint8))
    return {'file_name': f'{stem}.png', 'image_id': int(stem), 'segments_info': infos}


def coco_panoptic():
    names, categories = ['person', 'grass', 'sky-other-merged'], [1, 193, 187]
    pairs = [(label, prediction) for label, prediction in masks(3)]
    annotations = {'label': [], 'prediction': []}
    base = ROOT / 'COCO panoptic'
    for i, (label, prediction) in enumerate(pairs):
        stem = f'{139 + i:012}'
        annotations['label'].append(panoptic(base / 'annotations/panoptic_val2017', stem, label, categories, 300))
        annotations['prediction'].append(panoptic(base / 'out/panoptic', stem, prediction, categories, 5))
    document = {
        'images': [], 'annotations': annotations['label'],
        'categories': [{'id': c, 'name': n, 'isthing': 0, 'color': [c, c, 9]} for c, n in zip(categories, names)]}
    (base / 'annotations/panoptic_val2017.json').write_text(json.dumps(document))
    (base / 'annotations/panoptic_train2017.json').write_text(json.dumps({**document, 'annotations': []}))
    (base / 'out/panoptic.json').write_text(json.dumps({'annotations': annotations['prediction']}))
    add('COCO panoptic', names, pairs, 'out/panoptic', 'annotations/panoptic_val2017', {}, ['panoptic_val2017.json'])


def orfd():
    names = ['free', 'obstacle']
    pairs = list(masks(2))
    for i, (label, prediction) in enumerate(pairs):
        gray = values(label, [255, 0, 99, 128]).astype(np.uint8)
        png(ROOT / 'ORFD/testing/y0613_1242/gt_image' / f'162372199197{i}_fillcolor.png', np.dstack([gray] * 3))
        png(ROOT / 'ORFD/out/y0613_1242' / f'162372199197{i}.png', values(prediction, [1, 0, 7, 0]).astype(np.uint8))
    add('ORFD', names, pairs, 'out', 'testing', {
        'classes.names': names, 'label.map': ['255:free', '0:obstacle', '128:ignore'],
        'prediction.map': ['1:free', '0:obstacle']})


def cvat():
    names, colours = ['background', 'trail', 'grass'], [[0, 0, 0], [250, 50, 83], [51, 221, 255], [8, 8, 8], [7, 7, 7]]
    pairs = list(masks(3))
    for i, (label, prediction) in enumerate(pairs):
        name = f'camera_165719760166518421{i}.png'
        png(ROOT / 'CVAT/export/SegmentationClass' / name, values(label, colours).astype(np.uint8))
        png(ROOT / 'CVAT/export/SegmentationObject' / name, values(label, [[1, 2, 3]] * 5).astype(np.uint8))
        png(ROOT / 'CVAT/out' / name, values(prediction, [0, 1, 2, 9, 0]).astype(np.uint8))
    lines = ['# label:color_rgb:parts:actions', 'background:0,0,0::', 'trail:250,50,83::', 'grass:51,221,255::', '']
    (ROOT / 'CVAT/export/labelmap.txt').write_text('\n'.join(lines))
    (ROOT / 'CVAT/export/ImageSets/Segmentation').mkdir(parents=True)
    (ROOT / 'CVAT/export/ImageSets/Segmentation/default.txt').write_text('camera_1657197601665184210\n')
    add('CVAT', names, pairs, 'out', 'export', {}, ['labelmap.txt (CVAT, Datumaro)', 'passed over: 2 masks of instances'])
    datasets.append({**datasets[-1], 'labels': str(ROOT / 'CVAT/export/SegmentationClass'), 'notes': ['labelmap.txt (CVAT, Datumaro)']})


def labelme():
    names = ['_background_', 'trail', 'grass']
    palette = [[0, 0, 0], [128, 0, 0], [0, 128, 0]] + [[0, 0, 0]] * 252 + [[224, 224, 192]]
    pairs = list(masks(3))
    for i, (label, prediction) in enumerate(pairs):
        png(ROOT / 'labelme/voc/SegmentationClass' / f'{i}.png', values(label, [0, 1, 2, 9, 255]).astype(np.uint8), palette)
        png(ROOT / 'labelme/out' / f'{i}.png', values(prediction, [0, 1, 2, 9, 0]).astype(np.uint8))
    (ROOT / 'labelme/voc/class_names.txt').write_text('\n'.join(names))
    add('labelme', names, pairs, 'out', 'voc', {}, ['class_names.txt (labelme)'])


def roboflow():
    names = ['background', 'trail', 'tall grass']
    pairs = list(masks(3))
    for split, (label, prediction) in zip(('train', 'valid'), pairs):
        stem = 'drive_png.rf.0123456789abcdef0123456789abcdef'
        png(ROOT / 'Roboflow/set' / split / f'{stem}_mask.png', values(label, [0, 1, 2, 9, 255]).astype(np.uint8))
        (ROOT / 'Roboflow/set' / split / f'{stem}.jpg').write_bytes(b'\xff\xd8\xff')
        (ROOT / 'Roboflow/set' / split / '_classes.csv').write_text('Pixel Value, Class\n0, background\n1, trail\n2, tall grass\n')
        png(ROOT / 'Roboflow/out' / split / 'drive.png', values(prediction, [0, 1, 2, 9, 0]).astype(np.uint8))
    add('Roboflow', names, pairs, 'out', 'set', {}, ['_classes.csv (Roboflow)'])


def supervisely():
    names = ['trail', 'grass']
    pairs = list(masks(2))
    for i, (label, prediction) in enumerate(pairs):
        ids = values(label, [1, 2, 9, 0]).astype(np.uint8)
        png(ROOT / 'Supervisely/p/ds/masks_machine' / f'{i}.png', np.dstack([ids] * 3))
        png(ROOT / 'Supervisely/p/ds/masks_human' / f'{i}.png', values(label, [[1, 2, 3]] * 4).astype(np.uint8))
        png(ROOT / 'Supervisely/out/ds' / f'{i}.png', values(prediction, [1, 2, 9, 0]).astype(np.uint8))
    (ROOT / 'Supervisely/p/obj_class_to_machine_color.json').write_text(json.dumps({'trail': [1, 1, 1], 'grass': [2, 2, 2]}))
    add('Supervisely', names, pairs, 'out', 'p', {}, ['obj_class_to_machine_color.json (Supervisely)'])
    datasets.append({**datasets[-1], 'labels': str(ROOT / 'Supervisely/p/ds/masks_machine'), 'notes': []})


def segments():
    names = ['trail', 'grass']
    pairs = list(masks(2))
    samples = []
    for i, (label, prediction) in enumerate(pairs):
        base = ROOT / 'Segments/export'
        png(base / f'{i}_label_ground-truth_semantic.png', values(label, [3, 7, 9, 0]).astype(np.uint8))
        png(base / f'{i}_label_ground-truth_semantic_colored.png', values(label, [[1, 2, 3]] * 4).astype(np.uint8))
        png(base / f'{i}_label_ground-truth_instance.png', values(label, [300, 301, 302, 0]).astype(np.uint16))
        panoptic(ROOT / 'Segments/raw', str(i), label, [3, 7], 300)
        samples.append({'name': f'{i}.jpg', 'labels': {'ground-truth': {'attributes': {'annotations': [
            {'id': 300 + 70001 * k + half, 'category_id': c} for k, c in enumerate((3, 7)) for half in (0, 1)]}}}})
        png(ROOT / 'Segments/out' / f'{i}.png', values(prediction, [3, 7, 9, 0]).astype(np.uint8))
    release = {'name': 'v1', 'dataset': {'task_attributes': {'categories': [
        {'id': 3, 'name': 'trail', 'color': [0, 0, 255]}, {'id': 7, 'name': 'grass', 'color': [0, 255, 0]}]}, 'samples': samples}}
    (ROOT / 'Segments/export/release.json').write_text(json.dumps(release))
    (ROOT / 'Segments/raw/release.json').write_text(json.dumps(release))
    add('Segments', names, pairs, 'out', 'export', {'label.ontology': str(ROOT / 'Segments/export/release.json'),
        'prediction.ontology': str(ROOT / 'Segments/export/release.json')}, ['passed over: 2 masks of instances, 2 masks of colours'])
    add('Segments', names, pairs, 'out', 'raw', {}, ['raw/release.json'])


def datumaro():
    names = ['ground', 'trail']
    pairs = list(masks(2))
    for i, (label, prediction) in enumerate(pairs):
        png(ROOT / 'Datumaro/set/masks' / f'{i}.png', values(label, [[10, 20, 30], [40, 50, 60], [1, 1, 1], [2, 2, 2]]).astype(np.uint8))
        png(ROOT / 'Datumaro/out' / f'{i}.png', values(prediction, [0, 1, 9, 0]).astype(np.uint8))
    meta = {'label_map': {'0': 'ground', '1': 'trail'}, 'background_label': '0', 'segmentation_colors': [[10, 20, 30], [40, 50, 60]]}
    (ROOT / 'Datumaro/set/dataset_meta.json').write_text(json.dumps(meta))
    add('Datumaro', names, pairs, 'out', 'set', {}, ['dataset_meta.json (Datumaro)'])


def superannotate():
    names = ['trail', 'grass']
    pairs = list(masks(2))
    for i, (label, prediction) in enumerate(pairs):
        base = ROOT / 'SuperAnnotate/pixel'
        png(base / f'{i}.jpg___fuse.png', values(label, [[9, 1, 1, 255], [1, 9, 1, 255], [3, 3, 3, 255], [0, 0, 0, 0]]).astype(np.uint8))
        png(base / f'{i}.jpg___save.png', values(label, [[9, 1, 1]] * 4).astype(np.uint8))
        (base / f'{i}.jpg___pixel.json').write_text('{}')
        png(ROOT / 'SuperAnnotate/out' / f'{i}.png', values(prediction, [0, 1, 9, 0]).astype(np.uint8))
    add('SuperAnnotate', names, pairs, 'out', 'pixel', {
        'classes.names': names, 'label.map': ['#090101:trail', '#010901:grass']}, ['passed over: 2 masks of instances'])


for write in (rellis, rugd, goose, wildscenes, tas500, cityscapes, ade20k, camvid, bdd100k, coco_panoptic, orfd,
              cvat, labelme, roboflow, supervisely, segments, datumaro, superannotate):
    write()
(ROOT / 'datasets.json').write_text(json.dumps(datasets))
