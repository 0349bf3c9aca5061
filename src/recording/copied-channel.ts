/** The description of a channel in another recording. */
export interface CopiedChannel {
  topic: string;
  messageEncoding: string;
  /** Undefined if its messages describe themselves. */
  schema: { name: string; encoding: string; data: Uint8Array } | undefined;
}
