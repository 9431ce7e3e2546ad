/** What kcat says: a reader of another make, which shares no code with what it judges. */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Partition } from '../../../src/base/stream-log.ts'
import { areInSync } from './in-sync.ts'

const OUTPUT_BYTES_MAX = 256 * 1024 * 1024
const run = promisify(execFile)

async function said(
  brokers: readonly string[],
  args: readonly string[],
): Promise<readonly string[]> {
  const all = ['-b', brokers.join(','), ...args]
  const { stdout } = await run('kcat', all, { maxBuffer: OUTPUT_BYTES_MAX })
  return stdout.split('\n').slice(0, -1)
}

/** All values of a partition that a reader of committed records sees by now. */
export function readCommitted(
  brokers: readonly string[],
  { topic, partition }: Partition,
): Promise<readonly string[]> {
  const from = ['-C', '-t', topic, '-p', `${partition}`, '-o', 'beginning', '-e', '-q']
  const how = ['-f', '%s\\n', '-X', 'isolation.level=read_committed']
  return said(brokers, [...from, ...how])
}

/** Every copy of every partition is as far as its leader. */
export async function isInSync(brokers: readonly string[]): Promise<boolean> {
  return areInSync(await said(brokers, ['-L']))
}
