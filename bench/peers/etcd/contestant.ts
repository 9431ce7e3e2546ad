/**
 * Three members of etcd on loopback, everything at its default, with real fsync, and its own Go
 * client in a process of its own. One connection: measured here, more of them made it slower.
 */

import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Child } from '../../../chaos/live/cluster/child.ts'
import { built } from '../../../scripts/services/build.ts'
import { etcd, type Member, memberCommand, membersOf } from '../../../scripts/services/etcd.ts'
import { freePorts } from '../../../scripts/services/ports.ts'
import { ready } from '../../../scripts/services/ready.ts'
import type { Workshop } from '../../frame/bench.ts'
import type { Contestant, Figures, Load } from '../../frame/contestant.ts'
import { loaded } from '../../frame/loader.ts'

const CONNECTIONS = 1
const READY_MS = 60_000
const STOP_MS = 10_000

const run = promisify(execFile)

export class Etcd implements Contestant {
  readonly name = 'etcd'
  readonly #workshop: Workshop
  #programs = ''
  #folder = ''
  #members: readonly Member[] = []
  #children: readonly Child[] = []

  constructor(workshop: Workshop) {
    this.#workshop = workshop
  }

  async start(): Promise<string> {
    this.#programs = await built(etcd, this.#workshop.say)
    this.#folder = mkdtempSync(join(this.#workshop.folder, 'etcd-'))
    this.#members = membersOf(await freePorts(etcd.ports))
    const starts = this.#members.map((member, at) => {
      const plan = memberCommand(this.#server, this.#members, at, this.#folder)
      return Child.start({ ...plan, log: join(this.#folder, `${member.name}.log`) })
    })
    this.#children = await Promise.all(starts)
    const health = this.#members.map(({ client }) => `${client}/health`)
    await ready(health, READY_MS, () => this.#trouble())
    return await this.#version()
  }

  async load({ outstanding, warmSeconds, seconds, sizeBytes }: Load): Promise<Figures> {
    const flags = {
      endpoints: this.#members.map(({ client }) => client).join(','),
      outstanding,
      connections: CONNECTIONS,
      seconds,
      'warm-seconds': warmSeconds,
      'size-bytes': sizeBytes,
    }
    const args = Object.entries(flags).map(([flag, value]) => `-${flag}=${value}`)
    const pids = this.#children.map(({ pid }) => pid)
    const figures = await loaded({ command: join(this.#programs, 'etcd-load'), args, pids })
    const trouble = this.#trouble()
    if (trouble !== undefined) throw new Error(trouble)
    return figures
  }

  async stop(): Promise<void> {
    await Promise.all(this.#children.map(child => child.stop(STOP_MS)))
    rmSync(this.#folder, { recursive: true, force: true })
  }

  get #server(): string {
    return this.#workshop.options.peerProgram ?? join(this.#programs, 'etcd')
  }

  async #version(): Promise<string> {
    const { stdout } = await run(this.#server, ['--version'])
    return stdout.trim().split('\n').join(', ')
  }

  #trouble(): string | undefined {
    for (const child of this.#children) {
      const trouble = child.trouble()
      if (trouble !== undefined) return trouble
    }
    return undefined
  }
}
