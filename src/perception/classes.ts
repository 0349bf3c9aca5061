/** The detector's classes, in output order (background comes before them as 0 in the logits). */
export const detectionClasses = [
  'car',
  'truck',
  'bus',
  'motorcycle',
  'pedestrian',
  'cyclist',
  'traffic_light',
  'traffic_sign',
] as const;
export type DetectionClass = (typeof detectionClasses)[number];

/** The road users among them: vehicles, and people outside of vehicles. */
export const vehicleClasses = [
  'car',
  'truck',
  'bus',
  'motorcycle',
] as const satisfies readonly DetectionClass[];
export const peopleClasses = ['pedestrian', 'cyclist'] as const satisfies readonly DetectionClass[];

/** The colour that boxes of each class are drawn in. */
export const detectionColours: Readonly<Record<string, string>> = {
  car: '#4cc9f0',
  truck: '#4895ef',
  bus: '#4361ee',
  motorcycle: '#b5179e',
  pedestrian: '#f72585',
  cyclist: '#ff7b00',
  traffic_light: '#ffd60a',
  traffic_sign: '#80ed99',
};

/** CamVid's eleven classes, in their order, with the colours they are usually drawn in. */
export const segmentationClasses = [
  'sky',
  'building',
  'pole',
  'road',
  'pavement',
  'tree',
  'sign_symbol',
  'fence',
  'car',
  'pedestrian',
  'bicyclist',
] as const;

/** Red, green, blue, 0..255, by class id. */
export const segmentationPaletteRgb: readonly (readonly [number, number, number])[] = [
  [128, 128, 128],
  [128, 0, 0],
  [192, 192, 128],
  [128, 64, 128],
  [60, 40, 222],
  [128, 128, 0],
  [192, 128, 128],
  [64, 64, 128],
  [64, 0, 128],
  [64, 64, 0],
  [0, 128, 192],
];

/** Colours that differ for neighbouring ids: hues a golden angle apart, of two shades. */
export function otherClassColour(id: number): [number, number, number] {
  const hue = (id * 137.508) % 360;
  const value = id % 2 === 0 ? 230 : 150;
  const channel = (offset: number) => {
    const k = (offset + hue / 60) % 6;
    return Math.round(value * (1 - 0.7 * Math.max(0, Math.min(k, 4 - k, 1))));
  };
  return [channel(5), channel(3), channel(1)];
}

/** A colour per class id: ours for names in `segmentationClasses`, others by id. Our whole palette if no class is named. */
export function segmentationPaletteOf(
  classNames: readonly string[],
): readonly (readonly [number, number, number])[] {
  if (classNames.length === 0) return segmentationPaletteRgb;
  const ours: readonly string[] = segmentationClasses;
  return classNames.map(
    (name, id) => segmentationPaletteRgb[ours.indexOf(name)] ?? otherClassColour(id),
  );
}

/** The 43 classes of GTSRB (Stallkamp et al. 2012), by class id. */
export const signClasses = [
  'speed_limit_20',
  'speed_limit_30',
  'speed_limit_50',
  'speed_limit_60',
  'speed_limit_70',
  'speed_limit_80',
  'end_of_speed_limit_80',
  'speed_limit_100',
  'speed_limit_120',
  'no_passing',
  'no_passing_over_3_5_t',
  'right_of_way_at_next_intersection',
  'priority_road',
  'yield',
  'stop',
  'no_vehicles',
  'no_vehicles_over_3_5_t',
  'no_entry',
  'general_caution',
  'dangerous_curve_left',
  'dangerous_curve_right',
  'double_curve',
  'bumpy_road',
  'slippery_road',
  'road_narrows_on_the_right',
  'road_work',
  'traffic_signals',
  'pedestrians',
  'children_crossing',
  'bicycles_crossing',
  'beware_of_ice_or_snow',
  'wild_animals_crossing',
  'end_of_all_limits',
  'turn_right_ahead',
  'turn_left_ahead',
  'ahead_only',
  'go_straight_or_right',
  'go_straight_or_left',
  'keep_right',
  'keep_left',
  'roundabout_mandatory',
  'end_of_no_passing',
  'end_of_no_passing_over_3_5_t',
] as const;
