import type { NamedValue } from '../tools/adopt/adopt-steering.js';
import type { AdoptFlags } from './adopt-flags.js';

/** An option with its value; undefined and false leave it out, true is an option without a value. */
type Word = readonly [option: string, value: string | number | boolean | undefined];

/** The command for the model card: every choice that made the bundle what it is, without paths of this machine. */
export function adoptCommandLine(flags: AdoptFlags): string {
  const { task, data, pictures } = flags;
  const words: Word[] = [
    ['--task', task],
    ['--like', flags.like],
    ['--classes', placeOf(flags.classes, '<classes>')],
    ['--map', placeOf(flags.map, '<map>')],
    ['--anchors', flags.anchors?.map((level) => level.join()).join('/')],
    ['--output', flags.output],
    ['--size', flags.size && `${flags.size.widthPx}x${flags.size.heightPx}`],
    ['--region', flags.region?.join()],
    ['--colour', flags.colour],
    ['--range', flags.range],
    ['--fit', flags.fit],
    ['--pad', flags.pad],
    ...ofTask[task](flags),
    ['--data', placeOf(data, '<data>')],
    ['--format', data === undefined ? undefined : flags.format],
    ['--split', data === undefined ? undefined : flags.split],
    ['--pictures', placeOf(pictures, '<pictures>')],
    ['--limit', flags.limit],
  ];
  const shown = words.flatMap(([option, value]) => {
    if (value === undefined || value === false) return [];
    return value === true ? [option] : [option, inShell(String(value))];
  });
  return ['npx windshield adopt <network.onnx>', ...shown, '--out <folder>'].join(' ');
}

const crops = (flags: AdoptFlags): Word[] => [
  ['--crop-from', flags.cropFrom],
  ['--crop-margin', flags.cropMargin],
  ['--multi-label', flags.multiLabel],
  ['--abstain-below', flags.abstainBelow],
];

const ofTask: Readonly<Record<AdoptFlags['task'], (flags: AdoptFlags) => Word[]>> = {
  detection: (flags) => [
    ['--unmapped', flags.unmapped],
    ['--threshold', flags.threshold],
    ['--nms', flags.nms],
    ['--nms-iou', flags.nms === 'hard' ? flags.nmsIou : undefined],
    ['--nms-across-classes', flags.nmsAcrossClasses],
  ],
  segmentation: (flags) => [
    ['--drivable', flags.drivable],
    ['--palette', placeOf(flags.palette, '<palette>')],
  ],
  signs: crops,
  lights: crops,
  steering: (flags) => [
    ['--per-unit', flags.perUnit && `${flags.perUnit}rad`],
    ['--positive', flags.positive],
    // With = because the first bin may be below 0.
    [`--bins=${flags.bins?.join()}`, flags.bins !== undefined],
    ['--throttle', flags.throttle && namedText(flags.throttle)],
    ['--max-angle', `${flags.maxAngle}rad`],
    ['--max-rate', `${flags.maxRate}rad`],
    ['--wheelbase', flags.wheelbase],
    ['--check', placeOf(flags.check, '<drive>')],
  ],
};

const placeOf = (path: string | undefined, name: string) => (path === undefined ? undefined : name);

const namedText = ({ output, at }: NamedValue) => (at === undefined ? output : `${output}:${at}`);

/** As a shell takes it: in quotes, unless it is plain or one of our placeholders. */
const inShell = (text: string) =>
  /^(<\w+>|[\w.,:/@+-]+)$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** Where a network came from, for the model card: an address without name, password and query, which may hold a token. */
export function originOf(place: string, fileName: string): string {
  if (!place.startsWith('https://')) return fileName;
  const { origin, pathname } = new URL(place);
  return `${origin}${pathname}`;
}
