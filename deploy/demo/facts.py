from collections import Counter
from decimal import Decimal
from typing import Any

import httpx
from lxml import etree

from deploy.demo.county import THIRD, County
from deploy.demo.desk import Desk
from deploy.demo.result import Result
from deploy.demo.script import SCRIPTED, YEAR
from supervision.documents.spreadsheets import read_table

ATOM = "{http://www.w3.org/2005/Atom}"
QUARTERS = (1, 2, 3, 4)


def count_messages(county: County) -> dict[str, int]:
    counts: dict[str, int] = county.office.get("/v1/messages/counts")
    return {state: count for state, count in counts.items() if count}


def gather(result: Result) -> dict[str, Any]:
    """Read everything that the summary tells back through the API, as the office and the public would."""
    office = result.county.office
    items = office.all_of("/v1/items")
    return {
        "items": len(items),
        "closed": sum(item["state"] == "closed" for item in items),
        "tasks": len(office.all_of("/v1/tasks")),
        "ledger_entries": len(office.all_of(f"/v1/ledgers/{YEAR}/entries")),
        **_reports(result),
        **_completion(office),
        **_procedure(result),
        **_problem(office),
        **_circular(office),
        **_scores(office),
        **_settlement(result),
        "stories": _stories(result, items),
        "digests": len(office.all_of("/v1/digests")),
        "messages": count_messages(result.county),
        "published": result.year.publicity.count,
        "portal_pages": _portal_pages(result),
        "feed_entries": _feed_entries(result),
        "audit_rows": result.audited,
        "audit_damages": result.damages,
        "seconds": {name: round(seconds, 1) for name, seconds in result.seconds.items()},
    }


def _reports(result: Result) -> dict[str, Any]:
    office = result.county.office
    reports = office.all_of("/v1/progress_reports")
    late = [report for report in reports if report["is_late"]]
    # Marked and never made good; waived for want of open items would not undo that.
    owed = office.all_of("/v1/obligations")
    missing = [each for each in owed if each["marked_late_at"] and not each["fulfilled_at"]]
    return {
        "reports": {"on_time": len(reports) - len(late), "late": len(late), "missing": len(missing)},
        "late_units": _names(result, late),
        "missing_units": _names(result, missing),
    }


def _completion(office: Desk) -> dict[str, Any]:
    completion = office.get(f"/v1/ledgers/{YEAR}/completion")
    return {
        "indicators": {name: completion[name] for name in ("met", "not_met", "no_figure")},
        "new_urban_employment": next(row["percent"] for row in completion["data"] if row["no"] == 3),  # noqa: PLR2004 - the row that was published with its rate
        "completion": completion["data"],
    }


def _procedure(result: Result) -> dict[str, Any]:
    office = result.county.office
    rounds = office.all_of("/v1/completion_reports")
    deliveries = office.all_of("/v1/notice_deliveries")
    urgings = [office.all_of(f"/v1/notice_deliveries/{delivery['id']}/urgings") for delivery in deliveries]
    return {
        "notices": {
            "issued": len(office.all_of("/v1/notices", state="issued")),
            "acknowledged": sum(delivery["state"] == "acknowledged" for delivery in deliveries),
            "urged": sum(map(len, urgings)),
        },
        "completion_reviews": _states(rounds),
        "returned_units": _names(result, [row for row in rounds if row["state"] == "returned"]),
        "waivers": _states(office.all_of("/v1/waivers")),
    }


def _problem(office: Desk) -> dict[str, Any]:
    (problem,) = office.all_of("/v1/problems")
    entries = office.all_of(f"/v1/problems/{problem['id']}/entries")
    decided = [entry["level"] for entry in entries if entry["kind"] == "decision"]
    return {"problem": {**problem, "decided_at_levels": decided, "steps": len(entries)}}


def _circular(office: Desk) -> dict[str, Any]:
    (line,) = office.all_of("/v1/circulars", state="issued")
    circular = office.get(f"/v1/circulars/{line['id']}")
    return {
        "circular": {
            "number": circular["number"],
            "counts": circular["counts"],
            "laggards": [row["title"] for row in circular["laggards"]],
            "criticised": [row["unit"] for row in circular["criticisms"]],
            "commended": [row["unit"] for row in circular["commendations"]],
            "is_issued_by_another": circular["issued_by"] != circular["drafted_by"],
        }
    }


def _scores(office: Desk) -> dict[str, Any]:
    rows = office.get("/v1/scores", year=YEAR)["data"]
    before_reversal = office.get("/v1/scores", year=YEAR, as_of=f"{YEAR}-07-20T00:00:00+08:00")["data"]
    deductions = office.all_of("/v1/deductions")
    warned = [
        (quarter, row)
        for quarter in QUARTERS
        for row in office.get("/v1/quarterly_warnings", year=YEAR, quarter=quarter)["data"]
        if row["issued_level"]
    ]
    return {
        "deductions": _states(deductions),
        "deducted_units": sorted({row["unit"] for row in deductions}),
        "warnings": [
            {"quarter": quarter, "unit": row["unit"], "points": row["issued_points"], "level": row["issued_level"]}
            for quarter, row in warned
        ],
        "scores": {row["unit"]: row["score"] for row in rows},
        "score_rows": rows,
        "third_before_reversal": next(row["score"] for row in before_reversal if row["unit"] == THIRD),
    }


def _settlement(result: Result) -> dict[str, Any]:
    """Read the settlement, and keep and open the workbook that the appraisal body gets."""
    office = result.county.office
    settlement = office.get(f"/v1/settlements/{YEAR}")
    result.workbook.write_bytes(office.download(f"/v1/settlements/{YEAR}/export"))
    exported = read_table(result.workbook.read_bytes())
    points = sum((Decimal(row.cells["折算分值"]) for row in exported.rows), Decimal(0))
    return {
        "settlement": {
            "state": settlement["state"],
            "is_confirmed_by_another": settlement["confirmed_by"] != settlement["prepared_by"],
            "converted": {row["unit"]: row["converted"] for row in settlement["data"]},
            "exported_rows": len(exported.rows),
            "exported_points": format(points.normalize(), "f"),
        }
    }


def _stories(result: Result, items: list[Any]) -> list[dict[str, Any]]:
    """Tell how each invented item went, from what the office has on record of it."""
    office, on_record = result.county.office, {item["title"]: item for item in items}
    task_of = {task["item_id"]: task["id"] for task in office.all_of("/v1/tasks")}
    told = []
    for scripted in SCRIPTED:
        item = on_record[scripted.title]
        task = task_of[item["id"]]
        rounds = sorted(office.all_of("/v1/completion_reports", task=task), key=lambda row: row["round"])
        waivers = sorted(office.all_of("/v1/waivers", task=task), key=lambda row: row["asked_at"])
        told.append(
            {
                "number": item["number"],
                "title": item["title"],
                "unit": scripted.unit,
                "deadline_on": item["deadline_on"],
                "first_deadline_on": item["first_deadline_on"],
                "reviews": [row["state"] for row in rounds],
                "waivers": [row["state"] for row in waivers],
                "closed_on": item["closed_on"],
            }
        )
    return told


def _states(rows: list[Any]) -> dict[str, int]:
    return dict(sorted(Counter(row["state"] for row in rows).items()))


def _feed_entries(result: Result) -> int:
    answer = httpx.get(f"{result.base_url}/feeds/{result.code}/progress.atom", trust_env=False)
    answer.raise_for_status()
    return len(etree.fromstring(answer.content).findall(f"{ATOM}entry"))


def _portal_pages(result: Result) -> dict[str, int]:
    """Ask for each page that the summary leads to, as anybody does."""
    addresses = {name: f"{result.base_url}{path}" for name, path in result.year.publicity.pages.items()}
    return {name: httpx.get(address, trust_env=False).status_code for name, address in addresses.items()}


def _names(result: Result, rows: list[Any]) -> list[str]:
    unit_ids = {row["unit_id"] for row in rows}
    return sorted(name for name, unit_id in result.county.unit_ids.items() if unit_id in unit_ids)
