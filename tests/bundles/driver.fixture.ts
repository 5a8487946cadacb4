/** The database's driver, for a bundle that holds nothing else. */
export { MongoClient } from 'mongodb';
