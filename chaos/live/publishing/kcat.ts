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

export interface Read {
  readonly text: string
  readonly identity: string
}

const HEADER = 'weir-id='

/** All outputs of a partition that a reader of committed records sees by now. */
export async function readCommitted(
  brokers: readonly string[],
  { topic, partition }: Partition,
): Promise<readonly Read[]> {
  const from = ['-C', '-t', topic, '-p', `${partition}`, '-o', 'beginning', '-e', '-q']
  const how = ['-f', '%h\\t%s\\n', '-X', 'isolation.level=read_committed']
  const lines = await said(brokers, [...from, ...how])
  return lines.map(line => {
    const [headers = '', text = ''] = line.split('\t')
    return { text, identity: headers.startsWith(HEADER) ? headers.slice(HEADER.length) : '' }
  })
}

/** Every copy of every partition is as far as its leader. */
export async function isInSync(brokers: readonly string[]): Promise<boolean> {
  return areInSync(await said(brokers, ['-L']))
}
