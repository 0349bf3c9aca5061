import { z } from 'zod';
import { readInputText } from '../../src/files/read-input.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { segmentationClasses } from '../../src/perception/classes.js';
import { parseYaml } from '../../src/text/yaml-document.js';

/** The 80 classes of COCO's detection task (Lin et al. 2014), in the order in which networks number them. */
export const cocoClasses: readonly string[] =
  'person,bicycle,car,motorcycle,airplane,bus,train,truck,boat,traffic light,fire hydrant,stop sign,parking meter,bench,bird,cat,dog,horse,sheep,cow,elephant,bear,zebra,giraffe,backpack,umbrella,handbag,tie,suitcase,frisbee,skis,snowboard,sports ball,kite,baseball bat,baseball glove,skateboard,surfboard,tennis racket,bottle,wine glass,cup,fork,knife,spoon,bowl,banana,apple,sandwich,orange,broccoli,carrot,hot dog,pizza,donut,cake,chair,couch,potted plant,bed,dining table,toilet,tv,laptop,mouse,remote,keyboard,cell phone,microwave,oven,toaster,sink,refrigerator,book,clock,vase,scissors,teddy bear,hair drier,toothbrush'.split(
    ',',
  );

/** Numbers in COCO's original list of 91 with which no picture was ever labelled. */
const unusedNumbers = new Set([12, 26, 29, 30, 45, 66, 68, 69, 71, 83]);

/** COCO's original numbering, 0 to 90, as in DETR and TensorFlow; unused numbers have their own names. */
export const coco91Classes: readonly string[] = (() => {
  const used = [...cocoClasses];
  return Array.from({ length: 91 }, (_, number) =>
    number === 0 || unusedNumbers.has(number) ? `unused ${number}` : used.shift()!,
  );
})();

/** The 20 classes of Pascal VOC, in the usual order. */
export const vocClasses: readonly string[] =
  'aeroplane,bicycle,bird,boat,bottle,bus,car,cat,chair,cow,diningtable,dog,horse,motorbike,person,pottedplant,sheep,sofa,train,tvmonitor'.split(
    ',',
  );

/** The 19 classes of Cityscapes that are trained on, in their order (Cordts et al. 2016). */
export const cityscapesClasses: readonly string[] =
  'road,sidewalk,building,wall,fence,pole,traffic light,traffic sign,vegetation,terrain,sky,person,rider,car,truck,bus,train,motorcycle,bicycle'.split(
    ',',
  );

const knownLists: Readonly<Record<string, readonly string[]>> = {
  coco: cocoClasses,
  coco91: coco91Classes,
  voc: vocClasses,
  cityscapes: cityscapesClasses,
  camvid: segmentationClasses,
};

/** Our name under which a foreign class is published by default. */
export const usualNames: Readonly<Record<string, string>> = {
  person: 'pedestrian',
  pedestrian: 'pedestrian',
  people: 'pedestrian',
  car: 'car',
  van: 'car',
  truck: 'truck',
  bus: 'bus',
  motorcycle: 'motorcycle',
  motorbike: 'motorcycle',
  rider: 'cyclist',
  cyclist: 'cyclist',
  'traffic light': 'traffic_light',
  traffic_light: 'traffic_light',
  trafficlight: 'traffic_light',
  'traffic sign': 'traffic_sign',
  traffic_sign: 'traffic_sign',
  'stop sign': 'traffic_sign',
};

const maxListBytes = 2 ** 20;

/**
 * Reads class names from `--classes`: the name of a known list, a file (one name per line, or YAML with a list), or
 * comma-separated names. Throws ERR_USAGE.
 */
export function readClassNames(choice: string): string[] {
  const known = Object.hasOwn(knownLists, choice) ? knownLists[choice] : undefined;
  if (known !== undefined) return [...known];
  if (choice.includes(',')) return checkedNames(choice.split(','), '--classes');
  const text = readSmallFile(choice, `a list of ${Object.keys(knownLists).join(', ')} or a file`);
  const isYaml = /\.ya?ml$/.test(choice);
  const lines = isYaml
    ? namesInYaml(text, choice)
    : text.split(/\r?\n/).filter((line) => line.trim());
  return checkedNames(lines, choice);
}

/** Reads `{person: pedestrian, "traffic light": traffic_light}` from a YAML file or its key `classes`. Throws ERR_USAGE. */
export function readClassMap(path: string): Record<string, string> {
  const document = yamlOf(readSmallFile(path, 'a file with a map of classes'), path);
  const inner = z.object({ classes: z.unknown() }).safeParse(document);
  const map = z
    .record(z.string(), z.string().min(1))
    .safeParse(inner.success ? inner.data.classes : document);
  if (map.success) return map.data;
  throw usage(`${path}: expected classes: {their name: our name}, found something else`);
}

/** Trims names and checks that they are unique and without control characters. Throws ERR_USAGE. */
export function checkedNames(names: readonly string[], where: string): string[] {
  const trimmed = names.map((name) => name.trim());
  const isOdd = (name: string) => name === '' || name.length > 100 || hasControl(name);
  const odd = trimmed.findIndex(isOdd);
  if (odd >= 0) {
    throw usage(
      `${where}: expected class names of 1 to 100 printable characters, found ${JSON.stringify(trimmed[odd])} as number ${odd}`,
    );
  }
  const twice = trimmed.find((name, index) => trimmed.indexOf(name) !== index);
  if (twice !== undefined)
    throw usage(`${where}: expected unique class names, found ${twice} twice`);
  return trimmed;
}

/** Whether a text contains characters that a terminal would obey instead of showing. */
export function hasControl(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(text);
}

function namesInYaml(text: string, path: string): string[] {
  const document = yamlOf(text, path);
  const inner = z.object({ names: z.unknown() }).safeParse(document);
  const names = inner.success ? inner.data.names : document;
  const list = z.array(z.string()).safeParse(names);
  if (list.success) return list.data;
  const numbered = z.record(z.string(), z.string()).safeParse(names);
  if (numbered.success) {
    // Integer keys come in rising order. With a gap, every later class would have the number of the one before it.
    const keys = Object.keys(numbered.data);
    const stray = keys.find((key, place) => key !== String(place));
    if (stray === undefined) return Object.values(numbered.data);
    throw usage(`${path}: expected classes numbered 0 to ${keys.length - 1}, found ${stray}`);
  }
  throw usage(`${path}: expected a list of class names, found something else`);
}

const yamlOf = (text: string, where: string) => parseYaml(text, { where, code: 'ERR_USAGE' }).value;

const readSmallFile = (path: string, what: string) =>
  readInputText(path, { code: 'ERR_USAGE', what, maxBytes: maxListBytes });

const usage = (message: string) => new PerceptionError('ERR_USAGE', message);
