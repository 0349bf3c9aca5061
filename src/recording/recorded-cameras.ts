import { PerceptionError } from '../frame/perception-error.js';
import type { RecordingMap } from './recording-piece.js';

/** `/front/perception`: a name of one camera in a recording of several. */
const ofCamera = /^\/([a-z][a-z0-9_-]{0,31})\/(.+)$/;

/** A recording's path with a chosen camera: `drive.mcap#front`. */
const chosenCamera = /^(.+\.mcap)#([a-z][a-z0-9_-]{0,31})$/i;

/** The name of a topic or metadata record without its camera. */
export function withoutCamera(name: string): string {
  return ofCamera.exec(name)?.[2] ?? name;
}

/** Topics that make a camera of a name: its results or its pictures. */
export const cameraTopics: readonly string[] = ['perception', 'camera/image', 'camera/video'];

/**
 * The cameras of a recording that windshield wrote of several cameras, from the names of its topics and metadata. They are in
 * the order of the pipeline file, in which their metadata is written; topics come in the order of their first messages.
 */
export function camerasIn(topics: readonly string[], metadataNames: Iterable<string>): string[] {
  const cameraOf = (name: string, parts?: readonly string[]) => {
    const [, camera, part = ''] = ofCamera.exec(name) ?? [];
    return camera === undefined || parts?.includes(part) === false ? [] : [camera];
  };
  const seen = new Set(topics.flatMap((topic) => cameraOf(topic, cameraTopics)));
  const named = [...metadataNames, ...topics].flatMap((name) => cameraOf(name));
  return [...new Set(named)].filter((camera) => seen.has(camera));
}

/** A name without its camera: undefined if it belongs to another camera, unchanged if it belongs to none. */
export function seenFrom(camera: string, name: string): string | undefined {
  const [, owner, rest] = ofCamera.exec(name) ?? [];
  if (owner === undefined) return name;
  return owner === camera ? rest : undefined;
}

/** Splits a location into a recording's path and the chosen camera. */
export function chosenCameraOf(location: string): { path: string; camera: string | undefined } {
  const [, path, camera] = chosenCamera.exec(location) ?? [];
  return path === undefined ? { path: location, camera: undefined } : { path, camera };
}

/** A recording's map with only one camera's channels and metadata, without the camera in names. Throws ERR_RECORDING. */
export function seenFromCamera(map: RecordingMap, camera: string, path: string): RecordingMap {
  const topics = [...map.channels.values()].map(({ topic }) => topic);
  const cameras = camerasIn(topics, map.metadata.keys());
  if (!cameras.includes(camera))
    throw new PerceptionError(
      'ERR_RECORDING',
      `expected a camera ${camera} in ${path}, found ${cameras.length === 0 ? 'a recording of one camera' : cameras.join(', ')}`,
    );
  const channels = new Map(
    [...map.channels].flatMap(([id, channel]) => {
      const topic = seenFrom(camera, channel.topic);
      return topic === undefined ? [] : [[id, { ...channel, topic }] as const];
    }),
  );
  const metadata = new Map(
    [...map.metadata].flatMap(([name, entries]) => {
      const own = seenFrom(camera, name);
      return own === undefined ? [] : [[own, entries] as const];
    }),
  );
  return { ...map, channels, metadata };
}
