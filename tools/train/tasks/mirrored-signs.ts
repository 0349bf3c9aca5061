import { signClasses } from '../../../src/perception/classes.js';

type SignClass = (typeof signClasses)[number];

/** GTSRB signs that mirroring leaves the same, nearly, and pairs that it turns into each other. */
const mirrorPairs: readonly (readonly [SignClass, SignClass])[] = [
  ['right_of_way_at_next_intersection', 'right_of_way_at_next_intersection'],
  ['priority_road', 'priority_road'],
  ['yield', 'yield'],
  ['no_vehicles', 'no_vehicles'],
  ['no_entry', 'no_entry'],
  ['general_caution', 'general_caution'],
  ['bumpy_road', 'bumpy_road'],
  ['traffic_signals', 'traffic_signals'],
  ['beware_of_ice_or_snow', 'beware_of_ice_or_snow'],
  ['ahead_only', 'ahead_only'],
  ['dangerous_curve_left', 'dangerous_curve_right'],
  ['turn_right_ahead', 'turn_left_ahead'],
  ['go_straight_or_right', 'go_straight_or_left'],
  ['keep_right', 'keep_left'],
];

const mirrorOf = new Map<number, number>(
  mirrorPairs.flatMap(([one, other]) => {
    const [a, b] = [signClasses.indexOf(one), signClasses.indexOf(other)];
    return [[a, b] as const, [b, a] as const];
  }),
);

/** The class that a sign's mirror image shows, or undefined if it shows none: digits, arrows that turn. */
export const mirroredSign = (classId: number): number | undefined => mirrorOf.get(classId);
