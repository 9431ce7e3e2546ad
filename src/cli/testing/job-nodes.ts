/** Test support: three nodes that run jobs and an embedded log, each a process of its own. */

import { join } from 'node:path'
import { Level } from 'level'
import { expect } from 'vitest'
import { groupId, nodeId } from '../../base/ids.ts'
import { LogClient } from '../../connectors/log/client.ts'
import { GrpcLine } from '../../connectors/log/wire/client.ts'
import { DataFolder } from '../../io/data-folder.ts'
import { FolderDisk } from '../../io/disk.ts'
import { tempFolder } from '../../io/testing/folder.ts'
import { until } from '../../io/testing/until.ts'
import { META_GROUP } from '../../meta/state.ts'
import { defaultStoreLimits } from '../../raft/store/limits.ts'
import { openStore, type StoreAnswer } from '../../raft/store/opening.ts'
import { MemoryLog } from '../../work/testing/memory-log.ts'
import { Started } from './process.ts'

export const WAIT = { timeout: 40_000, interval: 50 }
const ANY = '127.0.0.1:0'

export interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
}

export class JobNode {
  readonly id: string
  readonly data: string
  process: Started
  #address = ''
  #http = ''
  readonly #command: string

  constructor(command: string, id: string, more: readonly string[]) {
    this.#command = command
    this.id = id
    this.data = join(tempFolder(), id)
    this.process = this.#started(ANY, more)
  }

  #started(listen: string, more: readonly string[]): Started {
    const own = ['--id', this.id, '--data', this.data, '--listen', listen, '--http', ANY]
    return new Started(this.#command, ['node', ...own, ...more])
  }

  get address(): string {
    return this.#address
  }

  async listening(): Promise<this> {
    await expect.poll(() => this.process.has('listening') || this.process.err, WAIT).toBe(true)
    const said = this.process.lines.find(({ msg }) => msg === 'listening')
    this.#address = String(said?.['address'])
    this.#http = String(said?.['http'])
    return this
  }

  /** Where it was before, on its old folder. */
  start(more: readonly string[]): Promise<this> {
    this.process = this.#started(this.#address, more)
    return this.listening()
  }

  async ask(path: string, options: RequestInit = {}): Promise<Answer> {
    const response = await fetch(`http://${this.#http}${path}`, options)
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }

  async code(path: string, options: RequestInit = {}): Promise<unknown> {
    return (await this.ask(path, options)).body['code']
  }

  submit(text: string): Promise<Answer> {
    const headers = { 'content-type': 'application/yaml' }
    return this.ask('/v1/jobs', { method: 'POST', headers, body: text })
  }

  async isReady(): Promise<boolean> {
    return (await fetch(`http://${this.#http}/readyz`)).status === 200
  }

  /** Groups of jobs that it has something of, once it runs no more: in its log, in its rows. */
  async leftovers() {
    const folder = await DataFolder.open(this.data)
    const tenant = await folder.readTenant()
    const { cluster = '', store = '' } = tenant ?? {}
    const options = {
      cluster,
      node: nodeId(this.id),
      store,
      mayMake: false,
      limits: defaultStoreLimits,
    }
    const disk = new FolderDisk(join(this.data, 'log'))
    const answer = await new Promise<StoreAnswer>(resolve => openStore(disk, options, resolve))
    if (!('store' in answer) || answer.store === undefined) throw new Error('its log is not there')
    const { store: log } = answer
    const inLog = [...log.groups.keys()].filter(id => id > META_GROUP)
    await new Promise<void>(resolve => log.close(resolve))
    return { inLog, inRows: await groupsInRows(join(this.data, 'state')) }
  }
}

async function groupsInRows(path: string) {
  const rows = new Level<Uint8Array, Uint8Array>(path, { keyEncoding: 'view' })
  const all = new Set<number>()
  for await (const key of rows.keys()) {
    if (key.length >= 5) all.add(new DataView(key.buffer, key.byteOffset).getUint32(0))
  }
  await rows.close()
  return [...all].map(groupId).filter(id => id > META_GROUP)
}

/** The embedded log, and a client of it. */
export async function logProcess(command: string) {
  const process = new Started(command, ['log', '--listen', ANY, '--data', tempFolder()])
  await until(() => process.has('listening'))
  const said = process.lines.find(({ msg }) => msg === 'listening')
  const address = `127.0.0.1:${said?.['port']}`
  const line = new GrpcLine({ address })
  return { process, address, log: MemoryLog.over(new LogClient(line), () => line.close()) }
}
