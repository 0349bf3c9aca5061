import type { Task } from '../bundle/manifest.js';
import { type Log, silentLog } from '../frame/log.js';
import type { PerceptionError } from '../frame/perception-error.js';
import type { StageOutcome } from './frame-record.js';
import type { PipelineParts } from './pipeline-parts.js';
import type { RunReport } from './run-report.js';

/** Writes the log of a run. A fault that recurs with every frame is written once, then counted. */
export class RunLog {
  readonly #log: Log;
  readonly #failures = new Map<string, number>();
  #health = '';

  constructor(log: Log | undefined) {
    this.#log = log ?? silentLog;
  }

  started({ capture, stages, lanes, outputs, options, calibrationSha256 }: PipelineParts): void {
    const { name, layout, nominalRateHz, isLive = false } = capture.info;
    const source = { name, ...layout, nominalRateHz, isLive };
    this.#log.info({ source, pacing: options.pacing, calibrationSha256 }, 'the run starts');
    for (const [stage, { manifest, provider, isCertified, isPartlyOnCpu, lane }] of stages) {
      const network = { version: manifest.version, sha256: manifest.network.sha256 };
      this.#log.info({ stage, lane, provider, isCertified, isPartlyOnCpu, network }, 'stage');
    }
    for (const { name, readyMs, warmUpMs } of lanes)
      this.#log.debug({ lane: name, readyMs, warmUpMs }, 'lane ready');
    for (const { name, place } of outputs.outputs)
      this.#log.info({ output: name, place }, 'output');
  }

  answered(stage: Task, frameId: number, outcome: StageOutcome): void {
    if (outcome.state !== 'failed') return;
    const { errorCode: code, message = '' } = outcome;
    const key = `${stage} ${code}`;
    const count = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, count);
    if (count === 1) this.#log.error({ stage, frameId, code }, message);
  }

  laneDied(lane: string, cause: string): void {
    this.#log.error({ lane, cause }, 'a lane died and is started again');
  }

  failed({ code, message, stage }: PerceptionError): void {
    this.#log.error({ code, stage }, message);
  }

  sourceLost({ code, message }: PerceptionError): void {
    this.#log.warn({ code }, message);
  }

  note(message: string): void {
    this.#log.info({}, message);
  }

  /** Written when it changes. */
  health(codes: readonly string[]): void {
    const health = codes.join(' ');
    if (health === this.#health) return;
    this.#health = health;
    if (health === '') this.#log.info({ health: [] }, 'the health is good again');
    else this.#log.warn({ health: codes }, 'the health changed');
  }

  ended({ source, frames, health }: RunReport, error: unknown): void {
    for (const [failure, count] of this.#failures)
      if (count > 1) this.#log.error({ failure, count }, 'this failure came back');
    const totals = { end: source.end, frames, health };
    if (error === undefined) this.#log.info(totals, 'the run ended');
    else this.#log.error({ ...totals, error: String(error) }, 'the run ended with an error');
  }
}
