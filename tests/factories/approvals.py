import httpx

from tests.factories.identity import Caller


async def approve(approver: Caller, proposed: httpx.Response) -> httpx.Response:
    """Approve what the answer tells was proposed."""
    assert proposed.status_code == 201, proposed.text
    headers = {"If-Match": proposed.headers["ETag"]}
    return await approver.post(f"{proposed.headers['Location']}/approval", headers=headers)
