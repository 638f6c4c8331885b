/**
 * The Jupyter wire format, used by both ends: our kernel and our headless client.
 *
 * A message is a list of frames: routing identities, the delimiter, an HMAC-SHA-256 signature, and four JSON texts
 * (header, parent header, metadata, content). Source: Jupyter messaging specification 5.3, "The wire protocol".
 */
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";

/** The connection file that whoever starts a kernel writes for it. */
export interface KernelConnection {
  readonly transport: "tcp";
  readonly ip: string;
  readonly shell_port: number;
  readonly iopub_port: number;
  readonly stdin_port: number;
  readonly control_port: number;
  readonly hb_port: number;
  readonly key: string;
  readonly signature_scheme: "hmac-sha256";
  readonly kernel_name?: string;
}

export interface WireHeader {
  readonly msg_id: string;
  readonly msg_type: string;
  readonly session: string;
  readonly username: string;
  readonly date: string;
  readonly version: string;
}

/** Content differs by message type; each reader checks the fields it uses. */
export type WireContent = Readonly<Record<string, unknown>>;

export interface WireMessage {
  readonly identities: readonly Buffer[];
  readonly header: WireHeader;
  /** Empty for a message that answers nothing. */
  readonly parent: Partial<WireHeader>;
  readonly content: WireContent;
}

const DELIMITER = "<IDS|MSG>";
const PROTOCOL_VERSION = "5.3";

/** A fresh header for one message of a session. */
export function wireHeader(type: string, session: string): WireHeader {
  return {
    msg_id: randomUUID(),
    msg_type: type,
    session,
    username: "protolab",
    date: new Date().toISOString(),
    version: PROTOCOL_VERSION,
  };
}

function sign(key: string, frames: readonly (string | Buffer)[]): string {
  const mac = createHmac("sha256", key);
  for (const frame of frames) mac.update(frame);
  return mac.digest("hex");
}

/** The frames of a message, signed. */
export function packMessage(key: string, message: WireMessage): (string | Buffer)[] {
  const body = [message.header, message.parent, {}, message.content].map((part) => JSON.stringify(part));
  return [...message.identities, DELIMITER, key === "" ? "" : sign(key, body), ...body];
}

/**
 * Reads and verifies the frames of a message.
 *
 * @throws Error when the delimiter or a frame is missing, or the signature is not ours
 */
export function unpackMessage(key: string, frames: readonly Buffer[]): WireMessage {
  const at = frames.findIndex((frame) => frame.toString("latin1") === DELIMITER);
  if (at < 0 || frames.length < at + 6) throw new Error("jupyter message: frames are missing");
  const body = frames.slice(at + 2, at + 6);
  if (key !== "") {
    const given = frames[at + 1]!;
    const own = Buffer.from(sign(key, body));
    if (given.length !== own.length || !timingSafeEqual(given, own))
      throw new Error("jupyter message: the signature is not valid");
  }
  const [header, parent, , content] = body.map((frame) => JSON.parse(frame.toString("utf8")) as unknown);
  return {
    identities: frames.slice(0, at),
    header: header as WireHeader,
    parent: parent as Partial<WireHeader>,
    content: content as WireContent,
  };
}
