package io.elasticjob.test.autoconfigure.shop;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/** An application as a user's, which would connect to a ZooKeeper that is not there. */
@SpringBootApplication
public class ShopApplication {}
