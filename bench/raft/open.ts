/**
 * How long a node needs until its log is open again: writes a log of 256-byte entries over some
 * groups into a folder, then opens it, several times, and prints what each opening took.
 *
 *   node bench/raft/open.ts [entries] [groups] [entries per write]
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { groupId, nodeId, replicaId } from '../../src/base/ids.ts'
import { FolderDisk } from '../../src/io/disk.ts'
import { defaultStoreLimits } from '../../src/raft/store/limits.ts'
import { openStore } from '../../src/raft/store/opening.ts'
import type { LogStore } from '../../src/raft/store/store.ts'
import type { Entry, Stored } from '../../src/raft/types.ts'

const [entriesWanted = 1_000_000, groups = 16, batch = 32] = process.argv.slice(2).map(Number)
const ENTRY_BYTES = 256
const OPENINGS = 5

const members = { voters: [replicaId(1)], outgoing: [], learners: [] }
const image = { index: 0, term: 0, members, membersIndex: 0, chain: 0 }
const founding: Stored = { hardState: { term: 0, vote: 0, commit: 0 }, image, entries: [] }

const folder = mkdtempSync(join(tmpdir(), 'weir-open-'))

function open(): Promise<LogStore> {
  const node = nodeId('n1')
  const options = { cluster: 'c', node, store: 's', mayMake: true, limits: defaultStoreLimits }
  return new Promise((resolve, reject) => {
    openStore(new FolderDisk(folder), options, ({ store, refused }) => {
      if (store !== undefined) resolve(store)
      else reject(new Error(refused.message))
    })
  })
}

function write(store: LogStore): Promise<void> {
  const next = new Map<number, number>()
  const writeTo = (group: number) => {
    const first = next.get(group) ?? 1
    next.set(group, first + batch)
    const entries = Array.from({ length: batch }, (_, i): Entry => {
      const data = new Uint8Array(ENTRY_BYTES).fill(first + i)
      return { index: first + i, term: 1, kind: 'data', data }
    })
    const bare = { chunk: undefined, install: undefined, compact: undefined, sync: true }
    const hardState = { term: 1, vote: replicaId(1), commit: first - 1 }
    store.write(groupId(group), { ...bare, number: first, hardState, entries })
  }
  return new Promise((resolve, reject) => {
    let left = Math.ceil(entriesWanted / batch)
    const onPersisted = (group: number) => {
      left--
      if (left === 0) resolve()
      else if (left >= groups) writeTo(group)
    }
    const onFailed = (code: string) => reject(new Error(code))
    store.listen({ onPersisted, onFailed, onImageWanted: () => {}, onImageDamaged: () => {} })
    for (let group = 1; group <= groups; group++) {
      store.create(groupId(group), replicaId(1), founding, () => writeTo(group))
    }
  })
}

const say = (line: string) => process.stdout.write(`${line}\n`)

async function main(): Promise<void> {
  say(`load average ${loadavg()[0]?.toFixed(2)}`)
  const store = await open()
  const startedAt = performance.now()
  await write(store)
  const writeMs = performance.now() - startedAt
  const { frames, syncs, logBytes, segments } = store.stats()
  await new Promise<void>(resolve => store.close(resolve))
  say(`wrote ${entriesWanted} entries of ${groups} groups in ${writeMs.toFixed(0)} ms:`)
  say(`  ${frames} frames, ${syncs} syncs, ${segments} segments, ${logBytes} bytes`)
  for (let i = 0; i < OPENINGS; i++) {
    const openedAt = performance.now()
    const again = await open()
    const openMs = performance.now() - openedAt
    let found = 0
    for (const { stored } of again.groups.values()) found += stored.entries.length
    const memory = process.memoryUsage()
    const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(0)
    say(
      `opened ${found} entries in ${openMs.toFixed(0)} ms; ` +
        `heap ${mib(memory.heapUsed)}, buffers ${mib(memory.arrayBuffers)} MiB`,
    )
    await new Promise<void>(resolve => again.close(resolve))
  }
}

try {
  await main()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
