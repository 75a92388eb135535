"""The template, as written and as SAM transforms it: what no linter knows about this project."""

import json
import re
from datetime import UTC, datetime
from functools import cache
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from integrations import INTEGRATIONS
from local.stack import logs, scheduled
from local.stack.template import parsed, resources, transformed

FUNCTIONS = [
    "WebhooksFunction",
    "OauthFunction",
    "ApiFunction",
    "SweepFunction",
    "DailyFunction",
    "DispatchFunction",
    "NoticesFunction",
    "NoticePagesFunction",
    "BookingToHubspotFunction",
    "BookingToSalesforceFunction",
    "HubspotToBoardFunction",
    "FalcanaHubspotFunction",
    "LmsToHubspotFunction",
    "LmsToMailchimpFunction",
    "LmsToSlackFunction",
]
ENVIRONMENT = {
    "RENKEI_CONNECTIONS_TABLE",
    "RENKEI_LINKS_TABLE",
    "RENKEI_DELIVERIES_TABLE",
    "RENKEI_WORKSPACES_TABLE",
    "RENKEI_KEY_ID",
    "RENKEI_QUEUE_BOOKING_TO_HUBSPOT",
    "RENKEI_QUEUE_BOOKING_TO_SALESFORCE",
    "RENKEI_QUEUE_HUBSPOT_TO_BOARD",
    "RENKEI_QUEUE_FALCANA_HUBSPOT",
    "RENKEI_QUEUE_LMS_TO_HUBSPOT",
    "RENKEI_QUEUE_LMS_TO_MAILCHIMP",
    "RENKEI_QUEUE_LMS_TO_SLACK",
    "RENKEI_HUBSPOT_APP_SECRET",
    "RENKEI_PUBLIC_URL",
    "RENKEI_HUBSPOT_URL",
    "RENKEI_HUBSPOT_AUTHORIZE_URL",
    "RENKEI_SALESFORCE_APP_SECRET",
    "RENKEI_SALESFORCE_LOGIN_URL",
    "RENKEI_SALESFORCE_HOSTS",
    "RENKEI_BOARD_URL",
    "RENKEI_MAILCHIMP_URL",
    "RENKEI_SLACK_URL",
    "RENKEI_SLACK_HOOKS_URL",
    "RENKEI_FALCANA_HOSTS",
    "RENKEI_NOTICE_FROM",
    "RENKEI_IDLE_CONNECTION_DAYS",
    "POWERTOOLS_SERVICE_NAME",
    "POWERTOOLS_METRICS_NAMESPACE",
    "POWERTOOLS_LOG_LEVEL",
}


@cache
def as_written() -> dict[str, Any]:
    return parsed()


@cache
def deployed() -> dict[str, Any]:
    return transformed()


def of_type(kind: str) -> dict[str, Any]:
    return resources(deployed(), kind)


def properties(name: str) -> dict[str, Any]:
    return cast("dict[str, Any]", deployed()["Resources"][name]["Properties"])


def test_the_functions_are_the_ones_we_know() -> None:
    assert sorted(of_type("AWS::Lambda::Function")) == sorted(FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_has_its_environment(name: str) -> None:
    assert set(properties(name)["Environment"]["Variables"]) == ENVIRONMENT


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_runs_what_was_tested(name: str) -> None:
    function = properties(name)
    assert function["Runtime"] == "python3.13"
    assert function["Architectures"] == ["arm64"]
    assert len(function["Layers"]) == 1


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_has_a_role_of_its_own(name: str) -> None:
    role = properties(name)["Role"]["Fn::GetAtt"][0]
    sharing = [other for other in FUNCTIONS if properties(other)["Role"]["Fn::GetAtt"][0] == role]
    assert sharing == [name]
    assert "ManagedPolicyArns" not in properties(role)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_logs_to_a_group_that_forgets(name: str) -> None:
    group = properties(name)["LoggingConfig"]["LogGroup"]["Ref"]
    assert properties(group)["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    role = properties(properties(name)["Role"]["Fn::GetAtt"][0])
    rights = role["Policies"][0]["PolicyDocument"]["Statement"]
    logging = [s for s in rights if any(action.startswith("logs:") for action in s.get("Action", []))]
    assert [s["Resource"] for s in logging] == [{"Fn::GetAtt": [group, "Arn"]}]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_has_an_alarm_on_its_errors(name: str) -> None:
    dimension = [{"Name": "FunctionName", "Value": {"Ref": name}}]
    watching = [
        alarm
        for alarm in of_type("AWS::CloudWatch::Alarm").values()
        if alarm["Properties"]["MetricName"] == "Errors" and alarm["Properties"]["Dimensions"] == dimension
    ]
    assert len(watching) == 1


def test_every_log_group_but_the_access_log_can_be_shown_on_one_machine() -> None:
    groups = {group["Properties"]["LogGroupName"]["Fn::Sub"] for group in of_type("AWS::Logs::LogGroup").values()}
    assert groups == {f"/renkei/${{AWS::StackName}}/{name}" for name in (*logs.FUNCTIONS, "api-access")}


def test_no_function_waits_for_the_api_it_belongs_to() -> None:
    for name in FUNCTIONS:
        assert "HttpApi" not in json.dumps(properties(name)), f"{name} and the API would wait for each other"


def test_every_alarm_tells_somebody() -> None:
    for name, alarm in of_type("AWS::CloudWatch::Alarm").items():
        assert alarm["Properties"]["AlarmActions"] == [{"Ref": "Alarms"}], name
        assert alarm["Properties"]["AlarmDescription"], name


@pytest.mark.parametrize("metric", ["OldestPendingSeconds", "Bugs", "StoreErrors", "NoticesFailed", "5xx"])
def test_what_must_be_watched_is_watched(metric: str) -> None:
    alarms = of_type("AWS::CloudWatch::Alarm").values()
    found = [alarm["Properties"] for alarm in alarms if alarm["Properties"]["MetricName"] == metric]
    assert len(found) == 1
    if found[0]["Namespace"] == "Renkei":
        assert found[0]["Dimensions"] == [{"Name": "service", "Value": "renkei"}]


def test_an_hour_of_waiting_is_the_limit() -> None:
    assert properties("OldestPendingAlarm")["Threshold"] == 3600
    assert properties("OldestPendingAlarm")["TreatMissingData"] == "breaching", "a silent sweep is an alarm too"


# --- queues and schedules ---


def test_every_queue_is_ordered_and_has_dead_letters() -> None:
    queues = {name: queue["Properties"] for name, queue in of_type("AWS::SQS::Queue").items()}
    assert all(queue["FifoQueue"] for queue in queues.values())
    assert all(queue["SqsManagedSseEnabled"] for queue in queues.values())
    dead = {
        queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        for queue in queues.values()
        if "RedrivePolicy" in queue
    }
    sources = {name for name, queue in queues.items() if "RedrivePolicy" in queue}
    assert dead | sources == set(queues)
    assert not dead & sources
    assert not any(queues[name].get("ContentBasedDeduplication") for name in sources)
    alarms = [alarm["Properties"] for alarm in of_type("AWS::CloudWatch::Alarm").values()]
    watched = [alarm["Dimensions"][0]["Value"]["Fn::GetAtt"] for alarm in alarms if alarm["Namespace"] == "AWS/SQS"]
    assert sorted(watched) == sorted([name, "QueueName"] for name in dead)


@pytest.mark.parametrize("key", INTEGRATIONS)
def test_every_integration_has_a_queue_of_its_own_which_its_worker_answers(key: str) -> None:
    queue = properties("WebhooksFunction")["Environment"]["Variables"][f"RENKEI_QUEUE_{key.upper()}"]["Ref"]
    mappings = [mapping["Properties"] for mapping in of_type("AWS::Lambda::EventSourceMapping").values()]
    (worker,) = (one["FunctionName"]["Ref"] for one in mappings if queue in one["EventSourceArn"]["Fn::GetAtt"])
    assert properties(worker)["Handler"] == f"{key}.app.handler"
    assert len(mappings) == len(INTEGRATIONS)


def test_a_message_stays_hidden_longer_than_its_worker_may_run_and_a_dead_one_holds_nobody_up_for_long() -> None:
    mappings = of_type("AWS::Lambda::EventSourceMapping")
    assert mappings
    for mapping in mappings.values():
        source = mapping["Properties"]["EventSourceArn"]["Fn::GetAtt"][0]
        worker = mapping["Properties"]["FunctionName"]["Ref"]
        assert 20 <= properties(source)["VisibilityTimeout"] - properties(worker)["Timeout"] <= 60
        assert mapping["Properties"]["BatchSize"] == 1
        assert mapping["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        most = 50 if worker == "FalcanaHubspotFunction" else 10  # a run of each workspace every five minutes
        assert mapping["Properties"]["ScalingConfig"] == {"MaximumConcurrency": most}


def test_every_schedule_says_what_it_sends_and_is_named_after_its_stack() -> None:
    schedules = of_type("AWS::Scheduler::Schedule")
    assert schedules
    for name, schedule in schedules.items():
        assert isinstance(json.loads(schedule["Properties"]["Target"]["Input"]), dict), name
        assert "${AWS::StackName}" in schedule["Properties"]["Name"]["Fn::Sub"], name
        assert "RetryPolicy" in schedule["Properties"]["Target"], name


@pytest.mark.parametrize(
    ("function", "schedule", "job"),
    [("SweepFunction", "SweepFunctionSweep", "sweep"), ("NoticesFunction", "NoticesFunctionNotices", "notices")],
)
def test_what_runs_each_minute_ends_before_the_next(function: str, schedule: str, job: str) -> None:
    assert properties(schedule)["ScheduleExpression"] == "rate(1 minute)"
    assert json.loads(properties(schedule)["Target"]["Input"]) == {"job": job}
    assert properties(function)["Timeout"] < 60
    missed = properties(f"{function}EventInvokeConfig")
    assert (missed["MaximumRetryAttempts"], missed["MaximumEventAgeInSeconds"]) == (0, 60)


def test_the_daily_look_comes_at_seven_utc_and_is_repeated_when_it_fails() -> None:
    daily = properties("DailyFunctionDaily")
    assert daily["ScheduleExpression"] == "cron(0 7 * * ? *)"
    assert daily["ScheduleExpressionTimezone"] == "UTC"
    assert json.loads(daily["Target"]["Input"]) == {"job": "daily"}
    assert properties("DailyFunctionEventInvokeConfig")["MaximumRetryAttempts"] == 2
    assert properties("DailyFunction")["Timeout"] == 300


def test_board_comes_home_at_three_in_tokyo() -> None:
    schedule = properties("DispatchFunctionHubspotToBoard")
    found = re.fullmatch(r"cron\((\d+) (\d+) \* \* \? \*\)", schedule["ScheduleExpression"])
    assert found, "each day"
    minute, hour = map(int, found.groups())
    zone = ZoneInfo(schedule["ScheduleExpressionTimezone"])
    for month in (1, 7):  # no summer time moves it
        at = datetime(2026, month, 15, hour, minute, tzinfo=zone)
        assert at.astimezone(UTC) == datetime(2026, month, 14, 18, 0, tzinfo=UTC)
    assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert schedule.get("State", "ENABLED") == "ENABLED"


def test_falcana_s_changes_are_looked_for_every_five_minutes() -> None:
    schedule = properties("DispatchFunctionFalcanaHubspot")
    assert schedule["ScheduleExpression"] == "rate(5 minutes)"
    assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
    asked = json.loads(schedule["Target"]["Input"])
    assert (asked["integration"], asked["run"]) == ("falcana_hubspot", "sync")
    assert schedule["Name"]["Fn::Sub"].removeprefix("${AWS::StackName}-") in scheduled.JOBS
    assert properties("DispatchFunction")["Timeout"] <= 300, "it ends before the next"


def test_whatever_is_dispatched_is_a_job_of_an_integration_and_is_not_lost_for_a_failure() -> None:
    sent = [
        (json.loads(schedule["Properties"]["Target"]["Input"]), schedule["Properties"]["Target"])
        for name, schedule in of_type("AWS::Scheduler::Schedule").items()
        if name.startswith("DispatchFunction")
    ]
    assert sent
    for asked, target in sent:
        assert (asked["job"], asked["at"]) == ("dispatch", scheduled.TIME)
        assert asked["run"] in INTEGRATIONS[asked["integration"]].jobs
        if asked["integration"] == "falcana_hubspot":  # what comes too late is the next one's work
            assert target["RetryPolicy"] == {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 300}
            continue
        assert target["RetryPolicy"]["MaximumRetryAttempts"] >= 10
        assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] >= 3600
    again = properties("DispatchFunctionEventInvokeConfig")
    assert (again["MaximumRetryAttempts"], again["MaximumEventAgeInSeconds"]) == (2, 21600)


def test_the_schedules_are_the_ones_we_know() -> None:
    held = {name.removesuffix("Schedule") for name in of_type("AWS::Scheduler::Schedule")}
    dispatched = {"DispatchFunctionHubspotToBoard", "DispatchFunctionFalcanaHubspot"}
    assert held == {"SweepFunctionSweep", "DailyFunctionDaily", "NoticesFunctionNotices"} | dispatched


# --- storage ---

KEYS = {
    "ConnectionsTable": ("workspace", "vendor"),
    "LinksTable": ("scope", "link"),
    "DeliveriesTable": ("box", "id"),
    "WorkspacesTable": ("workspace", "item"),
}


@pytest.mark.parametrize("name", KEYS)
def test_every_table_is_sealed_recoverable_and_outlives_the_stack(name: str) -> None:
    table = deployed()["Resources"][name]
    assert table["DeletionPolicy"] == table["UpdateReplacePolicy"] == "Retain"
    held = table["Properties"]
    assert held["BillingMode"] == "PAY_PER_REQUEST"
    assert held["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert held["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    assert held["SSESpecification"]["KMSMasterKeyId"] == {"Fn::GetAtt": ["Key", "Arn"]}
    assert tuple(key["AttributeName"] for key in held["KeySchema"]) == KEYS[name]
    assert "TableName" not in held, "a fixed name could not be deployed again beside a retained table"


def test_the_tables_are_the_ones_we_know() -> None:
    assert set(of_type("AWS::DynamoDB::Table")) == set(KEYS)


def test_deliveries_are_found_by_due_time_and_by_state() -> None:
    indexes = properties("DeliveriesTable")["LocalSecondaryIndexes"]
    found = {index["IndexName"]: [key["AttributeName"] for key in index["KeySchema"]] for index in indexes}
    assert found == {"due": ["box", "due_at"], "state": ["box", "state_at"]}
    assert all(index["Projection"] == {"ProjectionType": "KEYS_ONLY"} for index in indexes)


def test_the_key_is_rotated_and_outlives_the_stack() -> None:
    key = deployed()["Resources"]["Key"]
    assert key["DeletionPolicy"] == key["UpdateReplacePolicy"] == "Retain"
    assert key["Properties"]["EnableKeyRotation"] is True


def test_only_principals_of_this_account_get_the_key() -> None:
    for statement in properties("Key")["KeyPolicy"]["Statement"]:
        if statement["Principal"] == {"AWS": "*"}:
            limits = statement["Condition"]["StringEquals"]
            assert limits["kms:CallerAccount"] == {"Ref": "AWS::AccountId"}
            assert "dynamodb" in limits["kms:ViaService"]["Fn::Sub"]
        else:
            assert statement["Principal"]["AWS"]["Fn::Sub"].endswith(":iam::${AWS::AccountId}:root")


@pytest.mark.parametrize("name", ["HubspotAppSecret", "SalesforceAppSecret"])
def test_an_app_secret_starts_empty(name: str) -> None:
    assert json.loads(properties(name)["SecretString"]) == {"client_id": "", "client_secret": ""}


# --- for people ---


def test_every_parameter_and_output_is_explained() -> None:
    for kind in ("Parameters", "Outputs"):
        for name, detail in as_written()[kind].items():
            assert len(detail["Description"]) > 15, f"{kind}: {name}"


def test_every_parameter_has_a_default_so_that_a_first_deployment_asks_nothing() -> None:
    assert [name for name, detail in as_written()["Parameters"].items() if "Default" not in detail] == []


def test_the_outputs_tell_where_to_point_vendors() -> None:
    told = {"Url", "WebhookUrl", "ApiUrl", "HubspotRedirectUrl", "HubspotAppSecret"}
    assert told | {"HubspotWebhookUrl", "SalesforceRedirectUrl", "SalesforceAppSecret"} <= set(as_written()["Outputs"])


def test_every_parameter_has_a_place_in_the_form() -> None:
    groups = as_written()["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    placed = [name for group in groups for name in group["Parameters"]]
    assert sorted(placed) == sorted(as_written()["Parameters"])


@pytest.mark.parametrize(
    ("address", "fits"),
    [("", True), ("renkei@example.com", True), ("Renkei <renkei@example.com>", False), ("example.com", False)],
)
def test_the_sender_is_a_bare_address_or_nothing(address: str, fits: bool) -> None:
    assert bool(re.search(as_written()["Parameters"]["NoticeFrom"]["AllowedPattern"], address)) is fits
