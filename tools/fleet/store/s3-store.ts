import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import type { RecordedBytes } from '../../../src/recording/recording-reader.js';
import { type BackOff, defaultBackOff, withBackOff } from './back-off.js';
import { EdgeCachedBytes } from './edge-cached-bytes.js';
import { describeStoreFault, isNotThere, isPassing } from './s3-faults.js';
import type { Store, StoredObject, StoreOptions } from './store.js';

export interface S3Options extends StoreOptions {
  backOff?: BackOff;
  /** A request that delivers nothing for this long is aborted and retried, milliseconds. */
  silenceMs?: number;
}

/** Requests and bytes so far, which is what providers charge for. */
export interface StoreTraffic {
  requests: number;
  bytesIn: number;
  bytesOut: number;
}

/**
 * A bucket of S3 or a compatible store, below a prefix. Credentials come only from the environment
 * (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION): no profile and no metadata service is
 * used. Requests with passing faults are retried with back-off.
 */
export class S3Store implements Store {
  readonly place: string;
  readonly traffic: StoreTraffic = { requests: 0, bytesIn: 0, bytesOut: 0 };
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #backOff: BackOff;
  readonly #onBytes: () => void;

  private constructor(
    client: S3Client,
    bucket: string,
    prefix: string,
    { backOff, onBytes }: Required<Pick<S3Options, 'backOff'>> & { onBytes: () => void },
  ) {
    this.#client = client;
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#backOff = backOff;
    this.#onBytes = onBytes;
    this.place = `s3://${bucket}${prefix === '' ? '' : `/${prefix.replace(/\/$/, '')}`}`;
  }

  /** Throws ERR_USAGE for an invalid address, and ERR_CONFIG without credentials. */
  static open(place: string, options: S3Options = {}): S3Store {
    const { endpoint, backOff = defaultBackOff, silenceMs = 30_000, onBytes = () => {} } = options;
    const [, bucket, path = ''] =
      /^s3:\/\/([a-z0-9][a-z0-9.-]{1,62})(?:\/(.*))?$/i.exec(place) ?? [];
    if (bucket === undefined)
      throw new PerceptionError('ERR_USAGE', `expected s3://bucket/prefix, found ${place}`);
    // The package's future Node requirements concern this project, not its users.
    process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
    const client = new S3Client({
      ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
      // Set here so that the SDK does not look into the home folder or query the machine.
      region: process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'] ?? 'us-east-1',
      credentials: credentialsOf(process.env, place),
      useDualstackEndpoint: false,
      useFipsEndpoint: false,
      maxAttempts: 1,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: {
        connectionTimeout: silenceMs,
        requestTimeout: silenceMs,
        throwOnRequestTimeout: true,
        socketTimeout: silenceMs,
      },
    });
    const prefix = path === '' || path.endsWith('/') ? path : `${path}/`;
    return new S3Store(client, bucket, prefix, { backOff, onBytes });
  }

  async *list(prefix: string): AsyncGenerator<StoredObject, void, void> {
    let token: string | undefined;
    do {
      const asked = {
        Bucket: this.#bucket,
        Prefix: this.#prefix + prefix,
        ContinuationToken: token,
      };
      const page = await this.#asking('list', prefix, () =>
        this.#client.send(new ListObjectsV2Command(asked)),
      );
      for (const { Key, Size = 0 } of page.Contents ?? [])
        if (Key !== undefined) yield { key: Key.slice(this.#prefix.length), sizeBytes: Size };
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  async read(key: string): Promise<Uint8Array | undefined> {
    return this.#asking('read', key, async () => {
      const { Body } = await this.#client.send(new GetObjectCommand(this.#named(key)));
      return this.#received(await this.#bytesOf(Body as Readable));
    }).catch((error) => {
      if (isNotThere((error as Error).cause)) return undefined;
      throw error;
    });
  }

  async open(key: string): Promise<RecordedBytes> {
    const path = this.#address(key);
    const found = await this.#asking('read', key, () =>
      this.#client.send(new HeadObjectCommand(this.#named(key))),
    );
    const { ContentLength: sizeBytes = 0, ETag: version } = found;
    if (sizeBytes === 0)
      throw new PerceptionError('ERR_SOURCE_EMPTY', `the recording is empty: ${path}`);
    const read = (offset: number, length: number) =>
      this.#range(key, offset, Math.min(length, sizeBytes - offset), version);
    const cached = new EdgeCachedBytes({ sizeBytes, read });
    return {
      path,
      sizeBytes,
      read: (offset, length) => cached.read(offset, length),
      close: async () => {},
    };
  }

  async local(key: string, dir: string): Promise<string> {
    const path = join(dir, basename(key));
    await this.#asking('read', key, async () => {
      const { Body } = await this.#client.send(new GetObjectCommand(this.#named(key)));
      await pipeline(this.#noticed(Body as Readable), createWriteStream(path));
    });
    this.traffic.bytesIn += (await stat(path)).size;
    return path;
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    const object = { ...this.#named(key), Body: bytes, ContentLength: bytes.length };
    await this.#asking('write', key, () => this.#client.send(new PutObjectCommand(object)));
    this.traffic.bytesOut += bytes.length;
  }

  async putFile(key: string, path: string): Promise<void> {
    const { size } = await stat(path);
    await this.#asking('write', key, () => {
      // A stream can be sent only once, so each attempt opens a new one.
      const content = Readable.from(this.#contentOf(path), { objectMode: false });
      const object = { ...this.#named(key), Body: content, ContentLength: size };
      return this.#client.send(new PutObjectCommand(object));
    });
    this.traffic.bytesOut += size;
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }

  async #range(key: string, offset: number, length: number, version: string | undefined) {
    if (length <= 0) return new Uint8Array(0);
    const range = { ...this.#named(key), Range: `bytes=${offset}-${offset + length - 1}` };
    return this.#asking('read', key, async () => {
      const { Body, ETag } = await this.#client.send(new GetObjectCommand(range));
      const bytes = await this.#bytesOf(Body as Readable);
      if (version !== undefined && ETag !== version)
        throw new PerceptionError(
          'ERR_RECORDING',
          `${this.#address(key)}: expected the same object throughout, found it written anew`,
        );
      // A broken connection may look like the end.
      if (bytes.length !== length) throw new CutOff(length, bytes.length);
      return this.#received(bytes);
    });
  }

  async #bytesOf(body: Readable): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.#noticed(body)) chunks.push(chunk);
    const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
    let offset = 0;
    for (const chunk of chunks) {
      bytes.set(chunk, offset);
      offset += chunk.length;
    }
    return bytes;
  }

  /** A file's bytes. The file is opened when the first ones are wanted. */
  async *#contentOf(path: string): AsyncGenerator<Uint8Array, void, void> {
    yield* this.#noticed(createReadStream(path));
  }

  /** The same chunks; each is noticed as it passes. */
  async *#noticed(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
    for await (const chunk of chunks) {
      this.#onBytes();
      yield chunk;
    }
  }

  #received(bytes: Uint8Array): Uint8Array {
    this.traffic.bytesIn += bytes.length;
    return bytes;
  }

  async #asking<Answer>(
    what: 'list' | 'read' | 'write',
    key: string,
    ask: () => Promise<Answer>,
  ): Promise<Answer> {
    try {
      return await withBackOff(this.#backOff, isPassing, () => {
        this.traffic.requests++;
        return ask();
      });
    } catch (cause) {
      if (cause instanceof PerceptionError) throw cause;
      const tries = isPassing(cause) ? ` (${this.#backOff.tries} tries)` : '';
      const message = `${this.#address(key)}: expected to ${what} it, found ${describeStoreFault(cause)}${tries}`;
      const code =
        what === 'write'
          ? 'ERR_OUTPUT'
          : isNotThere(cause)
            ? 'ERR_SOURCE_MISSING'
            : 'ERR_SOURCE_LOST';
      throw new PerceptionError(code, message, { cause });
    }
  }

  #named(key: string) {
    return { Bucket: this.#bucket, Key: this.#prefix + key };
  }

  #address(key: string): string {
    return `s3://${this.#bucket}/${this.#prefix}${key}`;
  }
}

/** Fewer bytes arrived than were requested. */
class CutOff extends Error {
  override readonly name = 'TimeoutError';

  constructor(expected: number, found: number) {
    super(`${expected} bytes asked for, ${found} received`);
  }
}

function credentialsOf(env: NodeJS.ProcessEnv, place: string) {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: session } = env;
  if (id === undefined || secret === undefined)
    throw new PerceptionError(
      'ERR_CONFIG',
      `${place}: expected credentials in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, found none`,
    );
  const keys = { accessKeyId: id, secretAccessKey: secret };
  return session === undefined ? keys : { ...keys, sessionToken: session };
}
