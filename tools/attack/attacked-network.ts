import type { Bundle } from '../../src/bundle/bundle.js';
import { BackwardNetwork } from '../gradients/backward-network.js';
import {
  channelBounds,
  channelOf,
  heldWithin,
  type InputBounds,
} from '../gradients/input-bounds.js';
import { askedOutputs } from '../gradients/question.js';
import type { Random } from '../train/random.js';
import { type Goal, goalFor } from './answer-goal.js';

/** One picture as the network receives it, and the goal of the attack on it. */
export interface Target {
  input: Float32Array;
  goal: Goal;
}

/** A bundle under attack. Changes are bounded in grey levels of the network's own input (of YUV if it reads YUV). */
export class AttackedNetwork {
  readonly #bundle: Bundle;
  readonly #network: BackwardNetwork;
  readonly #channel: (place: number) => number;

  /** Throws as BackwardNetwork.open does. */
  constructor(bundle: Bundle) {
    this.#bundle = bundle;
    this.#network = BackwardNetwork.open(bundle, { from: askedOutputs(bundle.manifest.decode) });
    const length = this.#network.inputShape.reduce((all, size) => all * size, 1);
    this.#channel = channelOf(bundle.manifest.input.spec, length);
  }

  target(input: Float32Array): Target {
    return { input, goal: goalFor(this.#bundle, this.#network.forward(input)) };
  }

  kept({ goal }: Target, input: Float32Array): number {
    return goal.kept(this.#network.forward(input));
  }

  says({ goal }: Target, input: Float32Array): string {
    return goal.says(this.#network.forward(input));
  }

  /** The gradient with respect to the input, in the direction of a different answer. */
  away({ goal }: Target, input: Float32Array): Float32Array {
    return this.#network.backward(input, goal.away(this.#network.forward(input))).input;
  }

  bounds(epsilonLevels: number): (place: number) => InputBounds {
    const bounds = channelBounds(this.#bundle.manifest.input.spec, epsilonLevels);
    return (place) => bounds[this.#channel(place)]!;
  }

  /** Moves each value by epsilon, up or down at random: the largest noise that epsilon permits. */
  noise({ input }: Target, epsilonLevels: number, random: Random): Float32Array {
    const bounds = this.bounds(epsilonLevels);
    return input.map((clean, i) => {
      const towards = random.chance(0.5) ? 1 : -1;
      return heldWithin(clean + towards * bounds(i).epsilon, clean, bounds(i));
    });
  }

  /** Fast gradient sign (Goodfellow et al. 2014): one step of epsilon. */
  fgsm(target: Target, epsilonLevels: number): Float32Array {
    return this.#stepped(target, target.input, epsilonLevels, 1);
  }

  /**
   * Projected gradient descent (Madry et al. 2017): a random start, then steps of a quarter of epsilon, projected
   * back within epsilon.
   */
  pgd(target: Target, epsilonLevels: number, random: Random, steps = 10): Float32Array {
    const bounds = this.bounds(epsilonLevels);
    let input = target.input.map((clean, i) =>
      heldWithin(clean + random.between(-1, 1) * bounds(i).epsilon, clean, bounds(i)),
    );
    for (let step = 0; step < steps; step++)
      input = this.#stepped(target, input, epsilonLevels, 0.25);
    return input;
  }

  #stepped(
    target: Target,
    from: Float32Array,
    epsilonLevels: number,
    share: number,
  ): Float32Array<ArrayBuffer> {
    const bounds = this.bounds(epsilonLevels);
    const gradient = this.away(target, from);
    return from.map((value, i) => {
      const towards = Math.sign(gradient[i]!) * share * bounds(i).epsilon;
      return heldWithin(value + towards, target.input[i]!, bounds(i));
    }) as Float32Array<ArrayBuffer>;
  }

  /**
   * One perturbation for all pictures (after Moosavi-Dezfooli et al. 2017, by steps along gradients' signs): learnt
   * on `targets` in `rounds` rounds, a tenth of epsilon per step.
   */
  universal(targets: readonly Target[], epsilonLevels: number, rounds = 4): Float32Array {
    const bounds = this.bounds(epsilonLevels);
    const change = new Float32Array(targets[0]!.input.length);
    for (let round = 0; round < rounds; round++)
      for (const target of targets) {
        const gradient = this.away(target, this.changed(target, change));
        for (let i = 0; i < change.length; i++) {
          const { epsilon } = bounds(i);
          const next = change[i]! + Math.sign(gradient[i]!) * 0.1 * epsilon;
          change[i] = Math.min(epsilon, Math.max(-epsilon, next));
        }
      }
    return change;
  }

  /** The picture plus a perturbation, clamped to the values that a picture can have. */
  changed({ input }: Target, change: Float32Array): Float32Array {
    const bounds = this.bounds(255);
    return input.map((clean, i) => heldWithin(clean + change[i]!, clean, bounds(i)));
  }

  release(): void {
    this.#network.release();
  }
}
