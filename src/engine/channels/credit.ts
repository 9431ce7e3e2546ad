/**
 * Back-pressure. A reader may send on a channel as long as what it sent since the stream began is
 * less than what it was granted since then, so it overdraws by one frame at most; what it sent
 * counts as held until a batch with it is committed, or it turns out that nobody needs it. Both
 * ends count alike: `costOf`.
 *
 * So a group holds at most its credit and one frame for each channel, however quick its readers.
 */

import { invariant } from '../../base/errors.ts'
import {
  CHANNEL_CREDIT_BYTES_MAX,
  CHANNEL_CREDIT_BYTES_MIN,
  CREDIT_STEPS,
  FRAME_OVERHEAD_BYTES,
  GROUP_CREDIT_BYTES,
} from './bounds.ts'

export interface Grant {
  readonly channel: number
  /** All that may be sent since the stream began. */
  readonly bytes: number
}

/** What a frame counts for, of so many bytes. */
export function costOf(frameBytes: number): number {
  return frameBytes + FRAME_OVERHEAD_BYTES
}

/** Each channel's share, when there are so many. */
export function shareOf(channels: number): number {
  const even = Math.floor(GROUP_CREDIT_BYTES / Math.max(channels, 1))
  return Math.min(Math.max(even, CHANNEL_CREDIT_BYTES_MIN), CHANNEL_CREDIT_BYTES_MAX)
}

interface Account {
  /** Since the stream began. */
  received: number
  granted: number
  held: number
}

/** The receiver's side. */
export class Ledger {
  readonly #accounts = new Map<number, Account>()
  #share = shareOf(1)

  get heldBytes(): number {
    let held = 0
    for (const account of this.#accounts.values()) {
      held += account.held
    }
    return held
  }

  /** So many channels share the group's credit. What was granted is not taken back. */
  onChannels(count: number): void {
    this.#share = shareOf(count)
  }

  /** A stream of this channel begins: what is held from before counts, and is not granted again. */
  restart(channel: number, mayGrant: boolean): Grant {
    const held = this.#accounts.get(channel)?.held ?? 0
    const granted = mayGrant ? Math.max(this.#share - held, 0) : 0
    this.#accounts.set(channel, { received: 0, granted, held })
    return { channel, bytes: granted }
  }

  /** Whether the sender was within its credit; then the frame is held. */
  charge(channel: number, cost: number): boolean {
    const account = this.#accounts.get(channel)
    if (account === undefined || account.received >= account.granted) return false
    account.received += cost
    account.held += cost
    return true
  }

  giveBack(channel: number, cost: number): void {
    const account = this.#accounts.get(channel)
    invariant(account !== undefined && account.held >= cost, 'credit-was-held', channel)
    account.held -= cost
  }

  /** All that is worth being told by now, to channels that may be given more. */
  grants(mayGrant: (channel: number) => boolean): readonly Grant[] {
    const grants: Grant[] = []
    for (const [channel, account] of this.#accounts) {
      const bytes = account.received + this.#share - account.held
      if (bytes - account.granted < this.#share / CREDIT_STEPS) continue
      if (!mayGrant(channel)) continue
      account.granted = bytes
      grants.push({ channel, bytes })
    }
    return grants
  }
}

/** The sender's side of one channel. */
export class Purse {
  #sent = 0
  #granted: number

  constructor(grantedBytes: number) {
    this.#granted = grantedBytes
  }

  get maySend(): boolean {
    return this.#sent < this.#granted
  }

  onSent(frameBytes: number): void {
    invariant(this.maySend, 'credit-is-there')
    this.#sent += costOf(frameBytes)
  }

  /** Grants may come late and in any order: the largest counts. */
  onGrant(grantedBytes: number): void {
    this.#granted = Math.max(this.#granted, grantedBytes)
  }
}
