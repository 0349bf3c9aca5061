import { type Task, tasks } from '../bundle/manifest.js';
import { stageTable } from '../stages/stage-table.js';
import type { DegradationConfig } from './degradation-schema.js';

interface Fault {
  path: PropertyKey[];
  message: string;
}

/** The keys that speak of stages. */
interface CheckedFile {
  bundles: Readonly<Partial<Record<Task, unknown>>>;
  lanes: 'auto' | readonly (readonly Task[])[];
  laneCount?: number | undefined;
  deadlineMs: Readonly<Partial<Record<Task, unknown>>>;
  degradation?: DegradationConfig | undefined;
  providers: readonly string[];
  novelty?: unknown;
  steeringCheck?: unknown;
}

/** Where keys that speak of the same stages contradict each other: each stage has a bundle and is in exactly one lane. */
export function checkStages(file: CheckedFile): Fault[] {
  const { bundles, lanes, laneCount, deadlineMs, degradation, providers } = file;
  const faults: Fault[] = [];
  const fault = (path: PropertyKey[], message: string) => faults.push({ path, message });
  const placed = new Set<Task>();
  if (lanes === 'auto') {
    for (const name of tasks) if (bundles[name] !== undefined) placed.add(name);
    if (placed.size === 0) fault(['bundles'], 'expected a bundle to run, found none');
  } else {
    if (laneCount !== undefined)
      fault(['laneCount'], 'is for lanes: auto; here the lanes are counted by the file');
    lanes.forEach((lane, laneIndex) => {
      lane.forEach((name, index) => {
        const path = ['lanes', laneIndex, index];
        if (placed.has(name)) fault(path, `${name} rides in a lane already`);
        if (bundles[name] === undefined) fault(path, `${name} has no entry in bundles`);
        placed.add(name);
      });
    });
  }
  for (const name of tasks) {
    const isPlaced = placed.has(name);
    const nowhere = `${name} rides in no lane`;
    if (bundles[name] !== undefined && !isPlaced) fault(['bundles', name], nowhere);
    if (deadlineMs[name] !== undefined && !isPlaced) fault(['deadlineMs', name], nowhere);
    if (degradation?.budgetMs[name] !== undefined && !isPlaced)
      fault(['degradation', 'budgetMs', name], nowhere);
  }
  degradation?.modes.forEach(({ segmentationEvery, lightsEvery, signs }, index) => {
    const path = ['degradation', 'modes', index];
    if (lightsEvery !== undefined && !placed.has('lights'))
      fault([...path, 'lightsEvery'], 'lights rides in no lane');
    if (segmentationEvery !== undefined && !placed.has('segmentation'))
      fault([...path, 'segmentationEvery'], 'segmentation rides in no lane');
    if (signs !== undefined && !placed.has('signs'))
      fault([...path, 'signs'], 'signs rides in no lane');
  });
  // Two of its sessions that run at once have crashed the process (onnxruntime issue 32561).
  const laneTotal = lanes === 'auto' ? (laneCount ?? 1) : lanes.length;
  if (providers.includes('webgpu') && laneTotal > 1)
    fault(
      ['providers'],
      `webgpu runs one network at a time: expected one lane, found ${laneTotal}`,
    );
  if (file.novelty !== undefined && !placed.has('novelty'))
    fault(['novelty'], 'novelty rides in no lane');
  for (const name of ['steering', 'segmentation'] as const)
    if (file.steeringCheck !== undefined && !placed.has(name))
      fault(['steeringCheck'], `${name} rides in no lane`);
  for (const name of placed) {
    const { reads } = stageTable[name];
    if (reads !== undefined && !placed.has(reads))
      fault(['bundles', name], `${name} reads the answer of ${reads}, which is missing`);
  }
  return faults;
}
