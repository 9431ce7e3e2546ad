/**
 * The doors. Everything that touches the world stands behind one of these interfaces, each of which
 * has a real body (`src/io`) and a simulated one (`chaos/sim`). Completions are calls back, never
 * promises: a whole cluster then runs in one synchronous loop, from one seed
 * (docs/decisions/0002-doors-call-back.md). A completion never comes before its call has returned.
 * What else a body owes its door is asked by the suite of that door (`chaos/sim/contract`).
 */

export interface Timer {
  /** It does not fire any more, even if it is due already; harmless when it has fired. */
  cancel(): void
}

export interface Clock {
  /** Milliseconds that never go back; they say nothing about the time of day. */
  monotonicMs(): number
  /** Milliseconds since 1970, for people; may jump either way. */
  wallMs(): number
  /**
   * Fires once: a delay of 0 or less at the end of this turn, in the order of asking; any other
   * never before it has passed, and in no order that one may rely on.
   */
  after(delayMs: number, fire: () => void): Timer
}

/**
 * The only source of chance. The real body seeds itself from the system, the simulated one from the
 * run's seed.
 */
export interface Random {
  /** A whole number from 0 to 2^32 - 1, each as likely as any other. */
  uint32(): number
}

/**
 * Connections between nodes: frames arrive whole, once and in order, until the connection closes;
 * what was on its way then may or may not have arrived. A frame is not changed after it was sent.
 */
export interface Transport<Address> {
  /** Opens a connection; `onClosed` is told when it could not be opened, or later closes. */
  connect(to: Address, listener: ConnectionListener): Connection
  /**
   * Connections that others open; nobody knows yet who they are. They are open from the start:
   * `onOpen` is not told.
   */
  accept(onConnection: (connection: Connection) => ConnectionListener): void
}

export interface Connection {
  send(frame: Uint8Array): void
  /** Sent and not yet taken by the system: whoever sends keeps it below a bound of his own. */
  readonly queuedBytes: number
  /** Names that the other side has proved to be its own; missing where nothing is proved. */
  readonly peerNames?: readonly string[] | undefined
  /**
   * Nothing is told to this side's listener afterwards; what was sent before is still delivered if
   * the other side takes it soon.
   */
  close(): void
}

export interface ConnectionListener {
  /** Frames may be sent before; they wait. */
  onOpen(): void
  onFrame(frame: Uint8Array): void
  /**
   * Refused, broken, or closed by the other side, once and behind every frame; `why` is for people.
   * With a code: somebody would not take what was sent, and `why` says what to do. Whoever called
   * hears it in any case, whoever was called at least when it was he.
   */
  onClosed(why: string, code?: 'frame-oversize'): void
}

export type DiskErrorCode = 'no-such-file' | 'disk-full' | 'io-error'

/** What a disk answers; `value` is there when there is no `error`. */
export type DiskAnswer<T> =
  | { readonly error: DiskErrorCode }
  | { readonly error?: never; readonly value: T }
export type DiskDone = (error: DiskErrorCode | undefined) => void

export interface FilePart {
  readonly offset: number
  /** Fewer bytes come only where the file ends. */
  readonly sizeBytes: number
}

/** One folder of files. */
export interface Disk {
  list(done: (answer: DiskAnswer<readonly string[]>) => void): void
  read(name: string, done: (answer: DiskAnswer<Uint8Array>) => void): void
  readPart(name: string, part: FilePart, done: (answer: DiskAnswer<Uint8Array>) => void): void
  /** A file to append to; it is made if it is not there. */
  append(name: string): AppendFile
  truncate(name: string, sizeBytes: number, done: DiskDone): void
  rename(from: string, to: string, done: DiskDone): void
  remove(name: string, done: DiskDone): void
  /** Makes names (created, renamed, removed) durable. */
  syncFolder(done: DiskDone): void
}

export interface AppendFile {
  /** Bytes are taken in the order of the calls; only a later `sync` makes them durable. */
  write(bytes: Uint8Array, done: DiskDone): void
  /** Without an error, all that was written before is durable; after one, nothing is known. */
  sync(done: DiskDone): void
  close(done: DiskDone): void
}
