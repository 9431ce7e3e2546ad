/**
 * Waiting for a service by its own word, and no longer than it can take. A url says what is asked:
 * `http:` for a page, `kafka:` for the versions that a broker speaks, which it does not say before
 * it takes part in its cluster.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { speaks } from './kafka/speaks.ts'

const POLL_MS = 50
const ASK_MS = 2000

async function pages(url: string): Promise<boolean> {
  const { status } = await fetch(url, { signal: AbortSignal.timeout(ASK_MS) })
  return status < 400
}

export async function answers(url: string): Promise<boolean> {
  try {
    return url.startsWith('kafka:') ? await speaks(url, ASK_MS) : await pages(url)
  } catch {
    // Refused, reset or silent: not yet, or no more.
    return false
  }
}

async function areReady(urls: readonly string[]): Promise<boolean> {
  return (await Promise.all(urls.map(answers))).every(isReady => isReady)
}

/** `trouble` says why there is no sense in waiting any longer. */
export async function ready(
  urls: readonly string[],
  patienceMs: number,
  trouble: () => string | undefined,
): Promise<void> {
  const endMs = performance.now() + patienceMs
  while (!(await areReady(urls))) {
    const why = trouble()
    if (why !== undefined) throw new Error(why)
    if (performance.now() > endMs) {
      throw new Error(`no answer from ${urls.join(', ')} after ${patienceMs / 1000} s`)
    }
    await sleep(POLL_MS)
  }
}
