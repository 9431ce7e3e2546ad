/** Test support: the commands that speak of a replica's disk and of its process. */

import { WeirError } from '../../base/errors.ts'
import { isRefusal } from '../refusal.ts'
import type { Handlers } from './handler.ts'
import { each } from './handler.ts'
import { imageText } from './words.ts'

export const storage: Handlers = {
  /** `slow 1`: from now on writes are durable only when `persist` says so. */
  slow: each((_group, host) => {
    host.disk.slow = true
  }),

  /** `prompt 1`: writes are durable at once, those that waited too. */
  prompt: each((group, host) => {
    host.disk.slow = false
    group.persist(host, Number.POSITIVE_INFINITY)
    group.pump(host)
  }),

  /** `persist 1 count=1`: the writes that wait now become durable, in order. */
  persist: each((group, host, command) => {
    const { queue } = host.disk
    const count = Math.min(command.number('count') ?? queue.length, queue.length)
    if (count === 0) throw new Error(`replica ${host.id} waits for no write`)
    group.tell(`${host.id} has durable all up to write ${queue[count - 1]?.number}`)
    group.persist(host, count)
    group.pump(host)
  }),

  /** `crash 1`: the process dies; what its disk had not made durable is lost. */
  crash: each((group, host) => {
    const lost = host.disk.queue.map(write => write.number)
    if (lost.length > 0) group.tell(`${host.id} loses writes ${lost.join(', ')}`)
    host.crash()
  }),

  /** `restart 1 lose=2`: starts from its disk, which may have lost its newest entries. */
  restart: each((group, host, command) => {
    host.disk.lose(command.number('lose') ?? 0)
    try {
      host.start()
    } catch (error) {
      if (!(error instanceof WeirError)) throw error
      group.tell(`${host.id} does not start: ${error.message}`)
      return
    }
    group.tell(`${host.id} is ${host.seen.role}`)
    group.pump(host)
  }),

  /** `image 1`: the state is saved, and the log behind it may go. */
  image: each((group, host) => {
    const image = host.raft.imageNow()
    if (image === undefined) {
      group.tell(`${host.id} takes no image while one comes in`)
      return
    }
    host.disk.saveImage(image.index, host.stateBytes)
    const refusal = host.raft.imageTaken(image)
    if (isRefusal(refusal)) group.tellRefusal('refused', refusal)
    else group.tell(`${host.id} has image ${imageText(image)}`)
    group.pump(host)
  }),
}
