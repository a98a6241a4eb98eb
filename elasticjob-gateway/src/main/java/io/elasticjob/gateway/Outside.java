package io.elasticjob.gateway;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What the desk has of the world around it.
 *
 * @param engines begins the part that a crew takes in the namespace
 * @param closing takes engines that have nobody any more
 * @param nonces make ids of attachments unique
 * @param gateways addresses of all gateways of the namespace
 * @param logs takes what is said of executions
 * @param audit takes what becomes of attachments
 */
record Outside(
        CrewEngines engines,
        Consumer<CrewEngine> closing,
        Supplier<String> nonces,
        Supplier<List<String>> gateways,
        WorkerLogs logs,
        Consumer<WorkerEvent> audit) {}
