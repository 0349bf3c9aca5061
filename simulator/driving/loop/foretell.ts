/** One frame of a closed loop. */
export interface CheckedFrame {
  /** Seconds that were driven; interventions do not stop this clock. */
  timeS: number;
  /** Disagreement between the steering and the road, metres; undefined if it could not be determined. */
  disagreementM: number | undefined;
}

export interface Foretold {
  thresholdM: number;
  /** Interventions with an alarm in the seconds before. */
  hits: number;
  interventions: number;
  /** Median time from the first such alarm to the intervention, seconds; undefined without a hit. */
  medianLeadS: number | undefined;
  alarms: number;
  /** Alarms with no intervention in the seconds after. */
  falseAlarms: number;
  /** Share of all frames whose disagreement reaches the threshold. */
  framesAbove: number;
  /** Share of these frames that an intervention followed; undefined if there are none. */
  framesRight: number | undefined;
}

/** Frames further apart belong to two drives, seconds. */
const apartS = 1;
/** A disagreement counts once it has lasted this long, seconds; a shorter one is a fault of a single class map. */
const standsS = 0.2;

/**
 * Whether disagreement foretold interventions. An alarm begins once the disagreement has been at least `thresholdM`
 * for a while, and ends when it is less. `beforeS`: how long before an intervention an alarm counts as having
 * foretold it. Frames ascend; an alarm ends with the intervention that it foretold.
 */
export function foretell(
  frames: readonly CheckedFrame[],
  interventionsS: readonly number[],
  { thresholdM, beforeS }: { thresholdM: number; beforeS: number },
): Foretold {
  const alarms = alarmsOf(frames, interventionsS, thresholdM);
  const before = (timeS: number) =>
    interventionsS.some((atS) => atS >= timeS && atS - timeS <= beforeS);
  const leads = interventionsS.flatMap((atS, index) => {
    const sinceS = Math.max(interventionsS[index - 1] ?? Number.NEGATIVE_INFINITY, atS - beforeS);
    const first = alarms.find(({ fromS, toS }) => toS >= sinceS && fromS <= atS && toS <= atS);
    return first === undefined ? [] : [atS - Math.max(first.fromS, sinceS)];
  });
  const above = frames.filter(({ disagreementM }) => isAbove(disagreementM, thresholdM));
  const right = above.filter(({ timeS }) => before(timeS)).length;
  return {
    thresholdM,
    hits: leads.length,
    interventions: interventionsS.length,
    medianLeadS: leads.toSorted((a, b) => a - b)[leads.length >> 1],
    alarms: alarms.length,
    falseAlarms: alarms.filter(({ toS }) => !before(toS)).length,
    framesAbove: above.length / Math.max(1, frames.length),
    framesRight: above.length === 0 ? undefined : right / above.length,
  };
}

const isAbove = (disagreementM: number | undefined, thresholdM: number) =>
  disagreementM !== undefined && Math.abs(disagreementM) >= thresholdM;

/** Each alarm's first and last frame, seconds. */
function alarmsOf(
  frames: readonly CheckedFrame[],
  interventionsS: readonly number[],
  thresholdM: number,
): { fromS: number; toS: number }[] {
  const alarms: { fromS: number; toS: number }[] = [];
  let sinceS: number | undefined;
  let lastS = Number.NEGATIVE_INFINITY;
  let isSaid = false;
  for (const { timeS, disagreementM } of frames) {
    // After an intervention or at the start of another drive, the car is elsewhere.
    const isElsewhere = timeS - lastS > apartS;
    const isBroken = isElsewhere || interventionsS.some((atS) => atS > lastS && atS <= timeS);
    if (isBroken || !isAbove(disagreementM, thresholdM)) {
      sinceS = undefined;
      isSaid = false;
    }
    lastS = timeS;
    if (!isAbove(disagreementM, thresholdM)) continue;
    sinceS ??= timeS;
    if (timeS - sinceS < standsS - 1e-6) continue;
    if (isSaid) alarms.at(-1)!.toS = timeS;
    else alarms.push({ fromS: timeS, toS: timeS });
    isSaid = true;
  }
  return alarms;
}
