import { logistic, temperedProbability } from '../../src/perception/detection/activations.js';
import {
  type Claim,
  expectedCalibrationError,
  reliabilityBins,
  temperatureRange,
} from './probability-calibration.js';

/** Calibration of a network: how well the probabilities that it claims match how often it is right. */
export interface Doubt {
  /** What the claims are about: `boxes`, `crops`, `pixels`. */
  of: string;
  claims: number;
  /** Expected calibration error of what is published, 0..1. */
  ece: number;
  /** Dividing the log odds of each claim by this maximises the likelihood, on all of the data. */
  temperature: number;
  /** The error that then remains: each half of the pictures at the temperature fitted on the other half. */
  eceScaled: number;
  /** One group per class, and for boxes also one per size. */
  groups: DoubtGroup[];
}

export interface DoubtGroup {
  name: string;
  claims: number;
  /** Mean claimed probability, 0..1; `right` is the share that was right. */
  claimed: number;
  right: number;
  ece: number;
}

/** Groups with fewer claims than this are not reported. */
const leastClaims = 20;

/** The temperature of least negative log-likelihood within `temperatureRange`; 1 without claims. */
export function fitClaimTemperature(claims: readonly Claim[]): number {
  if (claims.length === 0) return 1;
  const logOdds = claims.map(({ probability }) => {
    const clamped = Math.min(1 - 1e-7, Math.max(1e-7, probability));
    return Math.log(clamped / (1 - clamped));
  });
  let low = Math.log(1 / temperatureRange.highest);
  let high = Math.log(1 / temperatureRange.lowest);
  // The negative log-likelihood is convex in 1 / temperature; the zero of its slope is found by bisection.
  for (let round = 0; round < 40; round++) {
    const sharpness = Math.exp((low + high) / 2);
    const slope = claims.reduce(
      (sum, { isRight }, i) =>
        sum + (logistic(sharpness * logOdds[i]!) - (isRight ? 1 : 0)) * logOdds[i]!,
      0,
    );
    if (slope > 0) high = Math.log(sharpness);
    else low = Math.log(sharpness);
  }
  return 1 / Math.exp((low + high) / 2);
}

interface GroupedClaim extends Claim {
  groups: readonly string[];
  isEven: boolean;
}

/** Collects claims while a bundle is scored. */
export class DoubtCollector {
  readonly #of: string;
  readonly #claims: GroupedClaim[] = [];

  constructor(of: string) {
    this.#of = of;
  }

  /** `picture`: its number; claims of one picture stay in one half. */
  add(picture: number, claim: Claim, groups: readonly string[]): void {
    this.#claims.push({ ...claim, groups, isEven: picture % 2 === 0 });
  }

  /** Returns undefined if there were no claims. */
  finish(): Doubt | undefined {
    const claims = this.#claims;
    if (claims.length === 0) return undefined;
    const [even, odd] = [true, false].map((half) => claims.filter(({ isEven }) => isEven === half));
    const scaled = [
      ...at(even!, fitClaimTemperature(odd!)),
      ...at(odd!, fitClaimTemperature(even!)),
    ];
    const names = [...new Set(claims.flatMap(({ groups }) => groups))];
    return {
      of: this.#of,
      claims: claims.length,
      ece: rounded(eceOf(claims)),
      temperature: rounded(fitClaimTemperature(claims)),
      eceScaled: rounded(eceOf(scaled)),
      groups: names
        .map((name) =>
          groupOf(
            name,
            claims.filter(({ groups }) => groups.includes(name)),
          ),
        )
        .filter((group) => group.claims >= leastClaims),
    };
  }
}

/** Four digits: more would suggest a precision that is not there. */
const rounded = (value: number) => Math.round(value * 1e4) / 1e4;

const eceOf = (claims: readonly Claim[]) => expectedCalibrationError(reliabilityBins(claims));

const at = (claims: readonly Claim[], temperature: number): Claim[] =>
  claims.map(({ probability, isRight }) => ({
    probability: temperedProbability(probability, temperature),
    isRight,
  }));

function groupOf(name: string, claims: readonly Claim[]): DoubtGroup {
  const mean = (value: (claim: Claim) => number) =>
    claims.reduce((sum, claim) => sum + value(claim), 0) / claims.length;
  return {
    name,
    claims: claims.length,
    claimed: rounded(mean(({ probability }) => probability)),
    right: rounded(mean(({ isRight }) => (isRight ? 1 : 0))),
    ece: rounded(eceOf(claims)),
  };
}

/** For people: one line for all claims, and one for each group. */
export function doubtLines({ of, claims, ece, temperature, eceScaled, groups }: Doubt): string[] {
  return [
    `doubt: expected calibration error ${ece.toFixed(3)} of ${claims} ${of}; ${eceScaled.toFixed(3)} with log odds divided by ${temperature.toFixed(2)}`,
    ...groups.map(
      (group) =>
        `  ${group.name}: claims ${group.claimed.toFixed(2)}, right ${group.right.toFixed(2)}, error ${group.ece.toFixed(3)} (${group.claims})`,
    ),
  ];
}
