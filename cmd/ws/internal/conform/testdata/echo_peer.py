"""An echo endpoint for the tests: Python's websockets.

    python3 echo_peer.py server     tells its port
    python3 echo_peer.py client     opens each URL that comes as a line on standard
                                    input, and tells it when the connection has ended
"""

import asyncio
import logging
import sys
import threading

import websockets

OPTIONS = {"max_size": 2**26, "ping_interval": None}


async def echo(ws):
    try:
        async for message in ws:
            await ws.send(message)
    except websockets.ConnectionClosed:
        pass


async def open_one(url):
    try:
        async with websockets.connect(url, **OPTIONS) as ws:
            await echo(ws)
    except Exception:  # whatever it is, the connection has ended
        pass
    print(url, flush=True)


def read_lines(loop, lines):
    for line in sys.stdin:
        loop.call_soon_threadsafe(lines.put_nowait, line.strip())
    loop.call_soon_threadsafe(lines.put_nowait, None)


async def main(role):
    lines = asyncio.Queue()
    threading.Thread(target=read_lines, args=(asyncio.get_running_loop(), lines), daemon=True).start()
    if role == "server":
        server = await websockets.serve(echo, "127.0.0.1", 0, **OPTIONS)
        print(server.sockets[0].getsockname()[1], flush=True)
    under_way = set()
    while (line := await lines.get()) is not None:
        task = asyncio.ensure_future(open_one(line))
        under_way.add(task)
        task.add_done_callback(under_way.discard)


logging.disable(logging.CRITICAL)
asyncio.run(main(sys.argv[1]))
