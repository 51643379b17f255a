import csv, io, datetime
from pathlib import Path
from decimal import Decimal
from sqlalchemy import text
from supervision.documents.spreadsheets import write_xlsx
from supervision.foundation.database import enter
from tests.factories.identity import make_unit, make_official
from tests.worker.test_operations import office, Office  # noqa

async def test_real(office):
    rows = list(csv.DictReader(io.StringIO(Path("/work/shared/data/state_council_2016.csv").read_text("utf-8"))))
    async with office.committed.api() as s:
        await enter(s, office.place.actor.jurisdiction_id)
        for name in {r["responsible_unit"] for r in rows}:
            u = await make_unit(s, office.place.actor, name=name)
            await make_official(s, office.place.actor, u, name="处长", post="处长")
        await s.commit()
    for r in rows:
        r |= {"lead_leader": "示例县领导甲", "responsible_person": "处长"}
    out = io.StringIO(); w = csv.DictWriter(out, list(rows[0])); w.writeheader(); w.writerows(rows)
    row = await office.run(out.getvalue().encode("gb18030"))
    print(row["state"], row["result"], row["problems"][:3])
    header = ["序号","目标","指标","比较","目标值","目标上限","单位","责任单位","牵头领导","责任人","时限","来源"]
    cols = ["no","goal","indicator","comparator","target","target_high","unit","responsible_unit","lead_leader","responsible_person"]
    def v(r,c):
        if c in ("no","target","target_high"): return Decimal(r[c]) if r[c] else None
        return {"at_least":"不低于","at_most":"不高于","between":"介于"}.get(r[c], r[c])
    x = write_xlsx(header, [[v(r,c) for c in cols]+[datetime.date(2017,12,31), "国办函"] for r in rows], title="2017")
    row = await office.run(x, year=2017)
    print(row["state"], row["result"], row["problems"][:3])
    async with office.committed.owner() as s:
        for t in await s.execute(text("select number,title,deadline_on,received_on,name,comparator,target,target_high from item join task on task.item_id=item.id join indicator on task_id=task.id where year=2017 order by sequence limit 4")): print(t)
