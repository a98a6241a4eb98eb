package io.elasticjob.engine;

/** What operators can ask for, by what it concerns. Confined to the loop. */
record Requests(
        RequestedChanges changes,
        TriggerRequests triggers,
        NumberedTriggers numberedTriggers,
        PlanRequests plans,
        CancelRequests cancels,
        RerunRequests reruns) {}
