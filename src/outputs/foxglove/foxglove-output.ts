import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { create, toBinary } from '@bufbuild/protobuf';
import type { CameraModel } from '../../calibration/camera-model.js';
import type { CameraMount } from '../../calibration/ground.js';
import { CameraCalibrationSchema } from '../../messages/gen/foxglove/camera_calibration_pb.js';
import { CompressedImageSchema } from '../../messages/gen/foxglove/compressed_image_pb.js';
import { FrameTransformSchema } from '../../messages/gen/foxglove/frame_transform_pb.js';
import { ImageAnnotationsSchema } from '../../messages/gen/foxglove/image_annotations_pb.js';
import { timestampFromNs } from '../../messages/timestamp.js';
import { logTopic, perceptionTopic, publishedTopics } from '../../messages/topics.js';
import { decodeWithoutSegmentation } from '../../messages/without-segmentation.js';
import {
  annotationsOf,
  calibrationMessage,
  cameraFrameId,
  cameraTransform,
} from '../../viewer/foxglove-messages.js';
import type { Output, OutputMessage, RunFacts } from '../output.js';
import { type Connection, SocketRoom } from '../page/socket-room.js';
import type { PictureAnswer } from '../pictures/picture-messages.js';
import type { PictureOutput, PictureTaker } from '../pictures/picture-output.js';
import { PublishCounts } from '../publish-count.js';
import { type FoxgloveTopic, foxgloveChannels } from './foxglove-channels.js';
import { FoxgloveClient } from './foxglove-client.js';
import {
  advertiseText,
  type FoxgloveParameter,
  type FoxgloveRequest,
  foxgloveProtocols,
  messageBytes,
  parametersText,
  parseRequest,
  serverInfoText,
  warningText,
} from './foxglove-protocol.js';
import { thresholdParameters } from './threshold-parameters.js';

const maxClients = 8;
/** A client's longest request subscribes to every channel. */
const maxMessageBytes = 16 * 1024;

/**
 * A Foxglove WebSocket server: each client gets the topics that it subscribed to, and unwanted messages are not made.
 * Messages that a client reads too slowly are lost to it alone, and counted.
 */
export class FoxgloveOutput implements Output, PictureTaker {
  readonly name = 'foxglove';
  readonly needsPixels = false;
  readonly counts = new PublishCounts();
  readonly #channels = foxgloveChannels();
  readonly topics = [...publishedTopics, logTopic]
    .map(({ name }) => name)
    .filter((name) => this.#channels.has(name as FoxgloveTopic));
  readonly #clients = new Map<Connection, FoxgloveClient>();
  readonly #sockets = new SocketRoom({
    maxConnections: maxClients,
    maxMessageBytes,
    protocols: foxgloveProtocols,
    isFloodEnded: true,
    onConnection: (connection) => this.#welcome(connection),
  });
  readonly #pictures: PictureOutput;
  readonly #sessionId = randomUUID();
  #camera: CameraModel | undefined;
  #mount: CameraMount | undefined;
  #parameters: readonly FoxgloveParameter[] = [];
  #stampNs = 0n;

  constructor(
    /** Its address. */
    readonly place: string,
    pictures: PictureOutput,
  ) {
    this.#pictures = pictures;
    pictures.add(this);
  }

  async begin({ camera, mount, manifests }: RunFacts): Promise<void> {
    this.#mount = mount;
    this.#camera = camera;
    this.#parameters = thresholdParameters(manifests);
  }

  /** Takes a connection whose headers were checked. */
  connect(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#sockets.connect(request, socket, head);
  }

  send({ topic, stampNs, payload }: OutputMessage): void {
    this.#send(topic as FoxgloveTopic, stampNs, () => payload);
    if (topic !== perceptionTopic.name) return;
    this.#stampNs = stampNs;
    this.#send('camera/annotations', stampNs, () =>
      toBinary(ImageAnnotationsSchema, annotationsOf(decodeWithoutSegmentation(payload), stampNs)),
    );
    if (this.#isWanted('camera/mask'))
      void this.#pictures.maskOf(payload, stampNs).then((mask) => {
        if (mask.length > 0) this.#send('camera/mask', stampNs, () => mask);
      });
  }

  async close(): Promise<void> {
    this.#sockets.close();
  }

  wantsPicture(): boolean {
    return this.#isWanted('camera/image');
  }

  missPicture(): void {
    this.counts.of('camera/image').dropped++;
  }

  takePicture({ stampNs }: Pick<OutputMessage, 'stampNs'>, data: PictureAnswer): void {
    if (data.length === 0) return;
    this.#sendStanding(stampNs);
    const timestamp = timestampFromNs(stampNs);
    const image = { timestamp, frameId: cameraFrameId, data, format: 'jpeg' };
    this.#send('camera/image', stampNs, () =>
      toBinary(CompressedImageSchema, create(CompressedImageSchema, image)),
    );
  }

  /** Sends calibration and transform with each picture, whose time they carry. */
  #sendStanding(stampNs: bigint): void {
    this.#send('transforms', stampNs, () =>
      toBinary(FrameTransformSchema, cameraTransform(stampNs, this.#mount)),
    );
    const camera = this.#camera;
    if (camera !== undefined)
      this.#send('camera/calibration', stampNs, () =>
        toBinary(CameraCalibrationSchema, calibrationMessage(camera, stampNs)),
      );
  }

  #isWanted(topic: FoxgloveTopic): boolean {
    const { id } = this.#channels.get(topic)!;
    return [...this.#clients.values()].some((client) => client.isSubscribed(id));
  }

  #send(topic: FoxgloveTopic, stampNs: bigint, payload: () => Uint8Array): void {
    if (!this.#isWanted(topic)) return;
    const { id } = this.#channels.get(topic)!;
    const message = messageBytes(stampNs, payload());
    const count = this.counts.of(topic);
    for (const client of this.#clients.values()) {
      if (!client.isSubscribed(id)) continue;
      const { sent, lost } = client.send(id, message);
      count.sent += sent;
      count.dropped += lost;
    }
  }

  #welcome(connection: Connection): void {
    const client = new FoxgloveClient(connection);
    this.#clients.set(connection, client);
    connection.on('close', () => this.#clients.delete(connection));
    connection.on('message', (data, isBinary) => {
      const request = isBinary ? 'expected text' : parseRequest(String(data));
      if (typeof request === 'string') connection.send(warningText(request));
      else this.#answer(client, request);
    });
    connection.send(serverInfoText(this.#sessionId, 'windshield'));
    connection.send(advertiseText([...this.#channels.values()]));
  }

  #answer(client: FoxgloveClient, request: FoxgloveRequest): void {
    const { connection } = client;
    switch (request.op) {
      case 'subscribe': {
        const known = new Set([...this.#channels.values()].map(({ id }) => id));
        for (const { id, channelId } of request.subscriptions)
          if (!known.has(channelId) || !client.subscribe(id, channelId))
            connection.send(warningText(`there is no channel ${channelId} for subscription ${id}`));
        if (this.#stampNs !== 0n) this.#sendStanding(this.#stampNs);
        break;
      }
      case 'unsubscribe':
        for (const id of request.subscriptionIds) client.unsubscribe(id);
        break;
      case 'getParameters': {
        const { parameterNames: names, id } = request;
        const asked = this.#parameters.filter(
          ({ name }) => names.length === 0 || names.includes(name),
        );
        connection.send(parametersText(asked, id));
        break;
      }
      case 'setParameters': {
        connection.send(
          warningText('thresholds belong to the bundle, and every result names its bundle'),
        );
        const names = request.parameters.map(({ name }) => name);
        const asked = this.#parameters.filter(({ name }) => names.includes(name));
        connection.send(parametersText(asked, request.id));
      }
    }
  }
}
