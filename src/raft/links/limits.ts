/** Every bound and every time of the connections between nodes, by name. */

export interface LinkLimits {
  /** An attempt to connect that failed is followed by the next within these, drawn by chance. */
  readonly reconnectMinMs: number
  readonly reconnectMaxMs: number
  /** A connection that lived so long was a good one: the next attempt follows it at once. */
  readonly settledMs: number
  /** A peer whose connection closed is lost when it has not answered again within this time. */
  readonly suspectMs: number
  /** From dialling to the answer to our hello; and from a stranger's call to its hello. */
  readonly handshakeMs: number
  /** A connection from which the system took nothing for so long, or no echo came, is closed. */
  readonly stuckMs: number
  /** A way that carries so much is slow and no more: echoes wait for what is in front of them. */
  readonly slowestBytesPerS: number
  /** How often the way to a peer and back is measured. */
  readonly probeMs: number
  readonly frameBytesMax: number
  /** Per peer and lane; a frame that does not fit is dropped. */
  readonly queuedBytesMax: number
  /** Per peer. */
  readonly imageBytesPerS: number
  /** Frames that wait for their turn on the image lane of one peer. */
  readonly imageFramesMax: number
  /** Connections that others may have opened to this node at one time. */
  readonly acceptedMax: number
}

const MIB = 1024 * 1024

export const defaultLinkLimits: LinkLimits = {
  reconnectMinMs: 20,
  reconnectMaxMs: 1000,
  settledMs: 1000,
  suspectMs: 50,
  handshakeMs: 2000,
  stuckMs: 3000,
  slowestBytesPerS: 64 * 1024,
  probeMs: 1000,
  frameBytesMax: 16 * MIB,
  queuedBytesMax: 32 * MIB,
  imageBytesPerS: 64 * MIB,
  imageFramesMax: 4,
  acceptedMax: 256,
}
