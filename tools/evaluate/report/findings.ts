import type { LabelledTask } from '../../../src/bundle/manifest.js';
import type { ObservationOf } from '../observation.js';

/** One number at the head of the page. */
export interface Tile {
  name: string;
  value: string;
}

/** One card of the page. */
export interface Section {
  title: string;
  /** How to read the card, plain text. */
  note?: string;
  /** HTML. */
  body: string;
}

/** What a report adds to the scores. */
export interface Findings {
  /** Plain data for the JSON file. */
  details: object;
  tiles: Tile[];
  sections: Section[];
}

/** Collects observations while a bundle is scored, and turns them into findings afterwards. */
export interface FindingsCollector<T extends LabelledTask> {
  observe(observation: ObservationOf[T]): void;
  /** Called once, after the last sample. Loads the pictures that it shows again. */
  finish(): Promise<Findings>;
}
