/** One frame of a closed loop. */
export interface CheckedFrame {
  /** Interventions do not stop this clock: seconds that were driven. */
  timeS: number;
  /** Of the steering against the road, metres; undefined where it could not be said. */
  disagreementM: number | undefined;
}

export interface Foretold {
  thresholdM: number;
  /** Interventions with an alarm in the seconds before. */
  hits: number;
  interventions: number;
  /** From the first such alarm to the intervention, seconds; undefined without a hit. */
  medianLeadS: number | undefined;
  alarms: number;
  /** Alarms with no intervention in the seconds after. */
  falseAlarms: number;
  /** Share of all frames that disagree so much. */
  framesAbove: number;
  /** Of these frames the share that an intervention followed; undefined without any. */
  framesRight: number | undefined;
}

/** Frames further apart are of two drives, seconds. */
const apartS = 1;
/** A disagreement counts once it has stood for so long, seconds; less is a fault of one class map. */
const standsS = 0.2;

/**
 * Whether disagreement foretold interventions. An alarm begins where the disagreement has been `thresholdM` or more for a
 * while, and is over where it is less. `beforeS`: how long before an intervention an alarm counts as having foretold it.
 * Frames ascend; an alarm does not outlast the intervention that it foretold.
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

/** From when each alarm stood to its last frame, seconds. */
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
    // Somebody took over, or another drive began: the car is elsewhere.
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
