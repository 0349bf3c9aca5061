import { fromBinary } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import {
  GroundTruthSchema,
  type TruthVehicle,
  TruthVehicleSchema,
} from '../messages/gen/windshield/v1/perception_pb.js';
import type { MessageReader } from './message-reader.js';
import type { RecordedMessage } from './recording-piece.js';

/** How the driver of a recording steered, read alongside its pictures. */
export class RecordedDriver {
  readonly #messages: AsyncGenerator<RecordedMessage, void, void>;
  #next: RecordedMessage | undefined;
  #isStarted = false;

  private constructor(messages: AsyncGenerator<RecordedMessage, void, void>) {
    this.#messages = messages;
  }

  /** Undefined if the recording has no ground truth. Reads nothing yet. */
  static of(reader: Pick<MessageReader, 'channels' | 'messages'>): RecordedDriver | undefined {
    const channelIds = reader.channels
      .filter(
        ({ topic, schemaName, messageEncoding }) =>
          topic === 'ground_truth' &&
          schemaName === GroundTruthSchema.typeName &&
          messageEncoding === 'protobuf',
      )
      .map(({ id }) => id);
    return channelIds.length === 0
      ? undefined
      : new RecordedDriver(reader.messages({ channelIds }));
  }

  /**
   * Angle at the wheels on the frame of this stamp, radians, positive to the left; undefined if none is recorded. Stamps
   * must ascend from call to call.
   */
  async steeringRadAt(stampNs: bigint): Promise<number | undefined> {
    if (!this.#isStarted) await this.#advance();
    this.#isStarted = true;
    while (this.#next !== undefined && this.#next.stampNs < stampNs) await this.#advance();
    if (this.#next?.stampNs !== stampNs) return undefined;
    const vehicle = vehicleOf(this.#next.data);
    const isSaid = vehicle?.hasSteering === true && Number.isFinite(vehicle.steeringRad);
    return isSaid ? vehicle.steeringRad : undefined;
  }

  async #advance(): Promise<void> {
    const { value } = await this.#messages.next();
    this.#next = value ?? undefined;
  }
}

/** Decodes only the vehicle: boxes and class map, most of a message, are skipped. Undefined for other bytes. */
function vehicleOf(data: Uint8Array): TruthVehicle | undefined {
  try {
    const reader = new BinaryReader(data);
    while (reader.pos < reader.len) {
      const [field, wireType] = reader.tag();
      if (field === GroundTruthSchema.field.vehicle.number && wireType === WireType.LengthDelimited)
        return fromBinary(TruthVehicleSchema, reader.bytes());
      reader.skip(wireType, field);
    }
  } catch {
    // A damaged message has no steering, but its picture is still used.
  }
  return undefined;
}
