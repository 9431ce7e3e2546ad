/** One node of a drill: a real process with data, that is killed, stopped, started and robbed. */

import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { Child } from './child.ts'
import type { NodePlan } from './config.ts'

export interface NodeProgram {
  readonly command: string
  /** In front of the path of its configuration. */
  readonly args: readonly string[]
}

export interface NodeFiles {
  readonly config: string
  readonly log: string
}

const STOP_MS = 20_000

export class LiveNode {
  readonly plan: NodePlan
  readonly #program: NodeProgram
  readonly #files: NodeFiles
  #child: Child | undefined

  constructor(plan: NodePlan, program: NodeProgram, files: NodeFiles) {
    this.plan = plan
    this.#program = program
    this.#files = files
  }

  get id(): string {
    return this.plan.id
  }

  get pid(): number | undefined {
    return this.isAlive ? this.#child?.pid : undefined
  }

  /** Where its lines are, of all its lives. */
  get log(): string {
    return this.#files.log
  }

  get isAlive(): boolean {
    return this.#child?.isAlive === true
  }

  get readyUrl(): string {
    return `http://${this.plan.http}/readyz`
  }

  async start(): Promise<void> {
    if (this.isAlive) throw new Error(`node ${this.id} runs already`)
    mkdirSync(this.plan.data, { recursive: true })
    const { command, args } = this.#program
    const { config, log } = this.#files
    this.#child = await Child.start({ command, args: [...args, config], log })
  }

  /** True: there was a process to kill. */
  async kill(): Promise<boolean> {
    const wasAlive = this.isAlive
    await this.#child?.kill()
    return wasAlive
  }

  pause(): boolean {
    return this.#child?.signal('SIGSTOP') === true
  }

  resume(): boolean {
    return this.#child?.signal('SIGCONT') === true
  }

  /** As it is asked to in everyday life. */
  async stop(): Promise<void> {
    this.resume()
    await this.#child?.stop(STOP_MS)
  }

  /** True: there was something to lose. */
  loseDisk(): boolean {
    if (this.isAlive) throw new Error(`node ${this.id} still writes to its disk`)
    const wasThere = existsSync(this.plan.data)
    rmSync(this.plan.data, { recursive: true, force: true })
    return wasThere
  }

  trouble(): string | undefined {
    return this.#child?.trouble()
  }
}
